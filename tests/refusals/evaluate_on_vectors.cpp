// expect-error: evaluate takes a Dataset, Streams or another DataSource
// type: Network
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/evaluate.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, SoftmaxClassifier<2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
auto f(const Net& net, const std::vector<float>& x, const std::vector<std::int32_t>& y) {
    return evaluate(net, x, y);
}
#else
auto f(const Net& net, const std::vector<float>& x, const std::vector<std::int32_t>& y) {
    return evaluate(net, Dataset(x, y));
}
#endif
