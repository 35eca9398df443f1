// expect-error: predict and evaluate take the model first
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/evaluate.hpp>
#include <alrao/train/predict.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(const Net& net, const std::vector<float>& x) { static_cast<void>(predict(x, net)); }
#else
void f(const Net& net, const std::vector<float>& x) { static_cast<void>(predict(net, x)); }
#endif
