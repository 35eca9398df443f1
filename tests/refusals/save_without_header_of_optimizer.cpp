// expect-error: saving and loading an optimizer requires another header
#include <alrao/io/safetensors.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/model/carried_state.hpp>
#include <alrao/ops/softmax_head.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};
using Optimizer1 = OneRateOptimizer<Net>;

#ifdef MUST_FAIL
void f(const Net& net, const Optimizer1& more) { save(net, more, "a"); }
#else
void f(const Net& net, const Optimizer1& more) {
    save(net, "a");
    static_cast<void>(more);
}
#endif
