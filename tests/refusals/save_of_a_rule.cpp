// expect-error: a rule has no state that could be saved
#include <alrao/io/optimizer_state.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/softmax_head.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};
using Optimizer1 = OneRateOptimizer<Net>;

#ifdef MUST_FAIL
void f(const Net& net, Optimizer1& optimizer) {
    save(net, Adam{}, "a");
    static_cast<void>(optimizer);
}
#else
void f(const Net& net, Optimizer1& optimizer) { save(net, optimizer, "a"); }
#endif
