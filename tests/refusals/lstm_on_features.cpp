// expect: described_by<alrao::LSTM<16>
// expect: receives<alrao::shape<12>
// expect: needs_per_token_input_use_Tokens_and_Embedding>
// expect-error: takes a sequence of steps
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/embedding.hpp>
#include <alrao/layers/lstm.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<12>, LSTM<16>> {};
#else
struct Net : Network<Sequence<12>, LSTM<16>> {};
#endif

static_assert(sizeof(Net) > 0);
