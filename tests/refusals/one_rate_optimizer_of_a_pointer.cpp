// expect-error: OneRateOptimizer<Net, Rule> needs the type of a model
#include <alrao/layers/dense.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>

using namespace alrao;

struct Net : Model<Input<2>, AveragedHead<SoftmaxClassifier<2>, 2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(const Net* net) { OneRateOptimizer optimizer{net, Adam{}}; }
#else
void f(const Net* net) { OneRateOptimizer optimizer{*net, Adam{}}; }
#endif
