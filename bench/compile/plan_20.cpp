// The plan of 20 layers: the cost of a network's compile-time tables, without the code that trains it.
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

struct Net : Network<Input<64>, Repeat<10, Dense<64>, ReLU>, SoftmaxClassifier<10>> {};
static_assert(Net::parameter_count == 10 * (64 * 64 + 64) + 64 * 10 + 10);
static_assert(Net::training_elements(32) > 0);
