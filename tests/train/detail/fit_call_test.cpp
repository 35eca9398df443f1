#include <alrao/layers/dense.hpp>
#include <alrao/layers/embedding.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/learn/one_rate.hpp>
#include <alrao/train/fit.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace train_detail_fit_call_test {

using namespace alrao;

namespace fit_calls {  // in a unit with other tests
namespace {
struct Net : Model<Input<2>, SoftmaxClassifier<2>> {
    using Model::Model;
};
struct Headless : Model<Input<2>, Dense<2>> {
    using Model::Model;
};
struct Reading : Model<Tokens, Embedding<5, 4>, LSTM<3>, SoftmaxClassifier<5>> {
    using Model::Model;
};
using detail::FitFault;
template <class... Given>
constexpr FitFault fault = detail::FitCall<Given...>::value;
using Data = const Dataset<float>&;
}  // namespace

TEST_CASE("correct calls of fit have no fault") {
    CHECK(fault<Net&, Adam, Data> == FitFault::none);
    CHECK(fault<Net&, Adam, Dataset<float>> == FitFault::none);
    CHECK(fault<Net&, Adam, Data, FitOptions<float>&> == FitFault::none);
    CHECK(fault<Reading&, Adam, const Streams&, FitOptions<float>> == FitFault::none);
    CHECK(detail::plain_call<Net&, Adam, Data>);
}

TEST_CASE("other calls have the first of their faults") {
    CHECK(fault<int, Adam, Data> == FitFault::no_model);
    CHECK(fault<const Net&, Adam, Data> == FitFault::const_model);
    CHECK(fault<Net, Adam, Data> == FitFault::temporary_model);
    CHECK(fault<Headless&, Adam, Data> == FitFault::no_head);
    CHECK(fault<Net&> == FitFault::no_optimizer);
    CHECK(fault<Net&, Data, Adam> == FitFault::no_optimizer);
    CHECK(fault<Net&, Adam> == FitFault::no_data);
    CHECK(fault<Net&, Adam, Dataset<double>> == FitFault::other_scalar);
    CHECK(fault<Net&, Adam, std::vector<float>&, std::vector<int>&> == FitFault::arrays);
    CHECK(fault<Net&, Adam, int> == FitFault::data);
    CHECK(fault<Net&, Adam, const Streams&, FitOptions<float>> == FitFault::source);
    CHECK(fault<Reading&, Adam, Data> == FitFault::source);
    CHECK(fault<Net&, Adam, Data, FitOptions<double>> == FitFault::other_options);
    CHECK(fault<Net&, Adam, Data, int> == FitFault::options);
    CHECK_FALSE(detail::plain_call<Headless&, Adam, Data>);
}

TEST_CASE("callbacks are checked if the call is otherwise correct") {
    CHECK(detail::fault_with_options<Net&, Adam, Data, int>() == FitFault::callback);
    CHECK(detail::fault_with_options<Net&, Adam, Data>() == FitFault::none);
    CHECK(detail::fault_with_options<const Net&, Adam, Data, int>() == FitFault::const_model);
}

}  // namespace fit_calls

}  // namespace train_detail_fit_call_test
