// expect-error: a network's first argument is its input
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Dense<8>, ReLU> {};
#else
struct Net : Network<Input<8>, Dense<8>, ReLU> {};
#endif

static_assert(sizeof(Net) > 0);
