// expect-error: the network's input comes first
// expect: Checked<alrao::Input<4>
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Dense<4>, Input<4>> {};
#else
struct Net : Network<Input<8>, Dense<4>> {};
#endif

static_assert(sizeof(Net) > 0);
