// expect-error: Dense<Units> needs at least one unit
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dense<0>> {};
#else
struct Net : Network<Input<8>, Dense<1>> {};
#endif

static_assert(sizeof(Net) > 0);
