// expect: at_layer<1>
// expect: described_by<alrao::SoftmaxClassifier<10>
// expect: needs_to_be_the_last_layer, 2>
// expect-error: must be the last layer: remove the layers after it
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dense<8>, SoftmaxClassifier<10>, Dense<3>, ReLU> {};
#else
struct Net : Network<Input<8>, Dense<8>, SoftmaxClassifier<10>> {};
#endif

static_assert(sizeof(Net) > 0);
