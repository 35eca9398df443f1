// expect: described_by<alrao::Embedding<50, 16>
// expect: receives<alrao::per_token<alrao::shape<12>
// expect: needs_tokens_as_input>
// expect-error: Embedding takes tokens
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/embedding.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Sequence<12>, Embedding<50, 16>> {};
#else
struct Net : Network<Sequence<12>, Dense<16>> {};
#endif

static_assert(sizeof(Net) > 0);
