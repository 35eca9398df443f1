// expect-error: after the rule OneRateOptimizer takes its options
#include <alrao/layers/dense.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>

using namespace alrao;

struct Net : Model<Input<2>, AveragedHead<SoftmaxClassifier<2>, 2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(const Net& net) { OneRateOptimizer optimizer{net, Adam{}, schedule::Linear{}}; }
#else
void f(const Net& net) { OneRateOptimizer optimizer{net, Adam{}, {.schedule = schedule::Linear{}}}; }
#endif
