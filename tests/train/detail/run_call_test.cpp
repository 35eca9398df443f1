#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/evaluate.hpp>
#include <alrao/train/predict.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace train_detail_run_call_test {

using namespace alrao;

namespace run_calls {  // in a unit with other tests
namespace {
struct Net : Model<Input<2>, SoftmaxClassifier<2>> {
    using Model::Model;
};
using Floats = std::vector<float>;
using F = detail::RunFault;
template <class... Given>
constexpr F predicting = detail::predict_fault<Given...>();
template <class... Given>
constexpr F evaluating = detail::evaluate_fault<Given...>();
}  // namespace

TEST_CASE("correct calls of predict and evaluate, and calls of other functions, have no fault") {
    CHECK(predicting<Net, Floats> == F::none);
    CHECK(predicting<Net, Floats, PredictOptions> == F::none);
    CHECK(predicting<Net, Floats, Floats> == F::none);
    CHECK(predicting<Floats, Floats> == F::none);
    CHECK(predicting<Net, Workspace<Net>, Floats> == F::none);
    CHECK(evaluating<Net, Dataset<float>, EvaluateOptions> == F::none);
    CHECK(detail::fault_of_outputs<Floats&, float>() == F::none);
}

TEST_CASE("other calls have the first of their faults") {
    CHECK(predicting<Net> == F::nothing);
    CHECK(predicting<Net*, Floats> == F::pointer);
    CHECK(predicting<const Net*, Floats> == F::pointer);
    CHECK(predicting<Floats, Net> == F::model_elsewhere);
    CHECK(predicting<Net, Floats, EvaluateOptions> == F::options);
    CHECK(evaluating<Dataset<float>, Net> == F::model_elsewhere);
    CHECK(evaluating<Net, Dataset<float>, int> == F::options);
    CHECK(detail::fault_of_outputs<const Floats&, float>() == F::const_outputs);
    CHECK(detail::fault_of_outputs<std::vector<double>&, float>() == F::other_outputs);
}

}  // namespace run_calls

}  // namespace train_detail_run_call_test
