// The plan of 80 layers. The difference to plan_20 is the cost of 60 layers.
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

struct Net : Network<Input<64>, Repeat<40, Dense<64>, ReLU>, SoftmaxClassifier<10>> {};
static_assert(Net::parameter_count == 40 * (64 * 64 + 64) + 64 * 10 + 10);
static_assert(Net::training_elements(32) > 0);
