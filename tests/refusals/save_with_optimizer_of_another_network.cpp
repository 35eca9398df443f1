// expect-error: belongs to another type of model than the first argument
#include <alrao/io/optimizer_state.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/softmax_head.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};
struct Other : Model<Input<4>, SoftmaxClassifier<3>> {
    using Model::Model;
};
using Optimizer1 = OneRateOptimizer<Net>;

#ifdef MUST_FAIL
void f(const Net& net, Optimizer1& optimizer, OneRateOptimizer<Other>& other) {
    save(net, other, "a");
    static_cast<void>(optimizer);
}
#else
void f(const Net& net, Optimizer1& optimizer, OneRateOptimizer<Other>& other) {
    save(net, optimizer, "a");
    static_cast<void>(other);
}
#endif
