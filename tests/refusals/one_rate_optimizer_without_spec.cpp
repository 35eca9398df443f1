// expect-error: OneRateOptimizer takes a rule with its rate
// type: Network
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>

using namespace alrao;

struct Net : Model<Input<2>, Dense<4>, ReLU, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(Net& net) { OneRateOptimizer optimizer{net, 0.1}; }
#else
void f(Net& net) { OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}}; }
#endif
