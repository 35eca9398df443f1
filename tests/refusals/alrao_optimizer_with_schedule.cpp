// expect-error: a schedule is one of the options, in braces
#include <alrao/layers/dense.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>

using namespace alrao;

struct Net : Model<Input<2>, AveragedHead<SoftmaxClassifier<2>, 2>> {
    using Model::Model;
};

#ifdef MUST_FAIL
void f(const Net& net) {
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 1}, Seed{2}, schedule::Linear{}};
}
#else
void f(const Net& net) {
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 1}, Seed{2}, {.schedule = schedule::Linear{}}};
}
#endif
