// expect-error: take the carried state before the optimizer
#include <alrao/io/optimizer_state.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/softmax_head.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};
using Optimizer1 = OneRateOptimizer<Net>;

#ifdef MUST_FAIL
void f(const Net& net, CarriedState<Net>& state, Optimizer1& optimizer) { save(net, optimizer, state, "a"); }
#else
void f(const Net& net, CarriedState<Net>& state, Optimizer1& optimizer) { save(net, state, optimizer, "a"); }
#endif
