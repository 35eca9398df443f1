// expect-error: a network needs at least one layer after its input
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>> {};
#else
struct Net : Network<Input<8>, ReLU> {};
#endif

static_assert(sizeof(Net) > 0);
