// expect-error: AlraoOptimizer draws the rates itself: pass a rule without a rate, such as rule::Sgd
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
using Chosen = AlraoOptimizer<Net, Adam>;
#else
using Chosen = AlraoOptimizer<Net, rule::Adam>;
#endif
static_assert(sizeof(Chosen) > 0);
