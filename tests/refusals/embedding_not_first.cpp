// expect: at_layer<1>
// expect: described_by<alrao::Embedding<50, 16>
// expect: needs_to_be_the_first_layer>
// expect-error: must be the first layer
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dropout.hpp>
#include <alrao/layers/embedding.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Tokens, Dropout<>, Embedding<50, 16>> {};
#else
struct Net : Network<Tokens, Embedding<50, 16>, Dropout<>> {};
#endif

static_assert(sizeof(Net) > 0);
