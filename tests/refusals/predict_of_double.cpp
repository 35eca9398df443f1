// expect-error: predict takes numbers of the network.s scalar type
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
using Number = double;
#else
using Number = float;
#endif

auto f(const Net& net, const std::vector<Number>& x) { return predict(net, x); }
