// expect-error: alrao: predict reads contiguous numbers
// type: Network
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/predict.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
auto f(const Net& net, const float (&x)[2]) { return predict(net, x); }
#else
auto f(const Net& net, const float (&x)[2]) { return predict(net, std::span(x)); }
#endif
