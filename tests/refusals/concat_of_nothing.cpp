// expect-error: Concat<Branches\.\.\.> needs at least one branch
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Concat<>, ReLU> {};
#else
struct Net : Network<Input<8>, Concat<ReLU>, ReLU> {};
#endif

static_assert(sizeof(Net) > 0);
