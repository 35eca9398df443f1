// expect: at_layer<1>
// expect: described_by<alrao::Normalize>
// expect: needs_to_be_the_first_layer>
// expect-error: must be the first layer
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/normalization.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dense<8>, Normalize> {};
#else
struct Net : Network<Input<8>, Normalize, Dense<8>> {};
#endif

static_assert(sizeof(Net) > 0);
