// expect-error: a carried state is saved and loaded together with its model
#include <alrao/io/optimizer_state.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/softmax_head.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};
using Optimizer1 = OneRateOptimizer<Net>;

#ifdef MUST_FAIL
void f(const Net& net, CarriedState<Net>& state) {
    save(state, "a");
    static_cast<void>(net);
}
#else
void f(const Net& net, CarriedState<Net>& state) { save(net, state, "a"); }
#endif
