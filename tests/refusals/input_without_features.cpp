// expect-error: Input needs extents of at least 1
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<0>, Dense<8>> {};
#else
struct Net : Network<Input<1>, Dense<8>> {};
#endif

static_assert(sizeof(Net) > 0);
