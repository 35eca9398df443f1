// expect-error: OneRateOptimizer<Net, Rule> takes the rule as type and the rate as value
// type: Network
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/model/model.hpp>

using namespace alrao;

struct Net : Model<Input<8>, Dense<4>, SoftmaxClassifier<3>> {
    using Model::Model;
};

#ifdef MUST_FAIL
using Chosen = OneRateOptimizer<Net, Adam>;
#else
using Chosen = OneRateOptimizer<Net, rule::Adam>;
#endif
static_assert(sizeof(Chosen) > 0);
