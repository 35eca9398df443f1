// expect-error: Embedding<Words, Width> needs both above 0
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/embedding.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Tokens, Embedding<50, 0>> {};
#else
struct Net : Network<Tokens, Embedding<50, 1>> {};
#endif

static_assert(sizeof(Net) > 0);
