// expect-error: load changes its arguments, and this argument is const
#include <alrao/io/optimizer_state.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/softmax_head.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};
using Optimizer1 = OneRateOptimizer<Net>;

#ifdef MUST_FAIL
void f(Net& net, const Net& constant) {
    load(constant, "a");
    static_cast<void>(net);
}
#else
void f(Net& net, const Net& constant) {
    load(net, "a");
    static_cast<void>(constant);
}
#endif
