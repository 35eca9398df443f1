// expect-error: has another rule than Rule
// type: Network
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(Net& net) { OneRateOptimizer<Net> optimizer{net, Adam{}}; }
#else
void f(Net& net) { OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}}; }
#endif
