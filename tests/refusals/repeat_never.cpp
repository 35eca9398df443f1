// expect-error: Repeat<N, Layers\.\.\.> needs an N of at least 1
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8>, Repeat<0, Dense<8>>, ReLU> {};
#else
struct Net : Network<Input<8>, Repeat<1, Dense<8>>, ReLU> {};
#endif

static_assert(sizeof(Net) > 0);
