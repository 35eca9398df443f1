// expect-error: with a Seed, the argument after the rates
// type: Network
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/learn/alrao_optimizer.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(Net& net) { AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 10}, 2}; }
#else
void f(Net& net) { AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 10}, Seed{2}}; }
#endif
