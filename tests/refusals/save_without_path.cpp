// expect-error: the last argument of save and load is the path of a file
#include <alrao/io/optimizer_state.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/softmax_head.hpp>

using namespace alrao;

struct Net : Model<Input<4>, SoftmaxClassifier<2>> {
    using Model::Model;
};
using Optimizer1 = OneRateOptimizer<Net>;

#ifdef MUST_FAIL
void f(const Net& net) { save(net); }
#else
void f(const Net& net) { save(net, "net.safetensors"); }
#endif
