// expect-error: measures the rates only for a rule whose steps do not depend on the scale of the gradient
// type: Network
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/learn/alrao_optimizer.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(Net& net) { AlraoOptimizer<Net, rule::Sgd> optimizer{net, Seed{2}}; }
#else
void f(Net& net) { AlraoOptimizer<Net, rule::NAdamW> optimizer{net, Seed{2}, rule::NAdamW{.decay = 0}}; }
#endif
