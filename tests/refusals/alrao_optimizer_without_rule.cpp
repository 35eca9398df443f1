// expect-error: AlraoOptimizer<Net, Rule>: Rule is not an update rule
// type: Network
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/model/model.hpp>

using namespace alrao;

struct Net : Model<Input<8>, Dense<4>, AveragedHead<SoftmaxClassifier<3>, 10>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Chosen = AlraoOptimizer<Net, LogUniform>;
#else
using Chosen = AlraoOptimizer<Net, rule::Sgd>;
#endif
static_assert(sizeof(Chosen) > 0);
