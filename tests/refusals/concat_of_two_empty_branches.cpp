// expect: at_layer<0, 2>
// expect: needs_only_one_branch_without_layers>
// expect-error: two branches without layers
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Concat<Branch<>, Dense<3>, Branch<>>> {};
#else
struct Net : Network<Input<8>, Concat<Branch<>, Dense<3>>> {};
#endif

static_assert(sizeof(Net) > 0);
