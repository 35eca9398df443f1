// expect-error: predict and evaluate take numbers after the model
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/evaluate.hpp>
#include <alrao/train/predict.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(const Net& net, const Dataset<float>& data) {
    static_cast<void>(evaluate(net));
    static_cast<void>(data);
}
#else
void f(const Net& net, const Dataset<float>& data) { static_cast<void>(evaluate(net, data)); }
#endif
