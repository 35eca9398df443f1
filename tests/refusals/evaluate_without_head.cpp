// expect-error: evaluate compares outputs with labels or targets
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/evaluate.hpp>

using namespace alrao;

#ifdef MUST_FAIL
using Last = Dense<2>;
#else
using Last = SoftmaxClassifier<2>;
#endif

struct Net : Model<Input<2>, Last> {
    using Model::Model;
};
auto f(const Net& net, const Dataset<float>& data) { return evaluate(net, data); }
