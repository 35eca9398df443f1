// expect-error: Input is Input<features> or Input<height, width, channels>
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/flatten.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<28, 28>, Flatten, Dense<8>> {};
#else
struct Net : Network<Input<28, 28, 1>, Flatten, Dense<8>> {};
#endif

static_assert(sizeof(Net) > 0);
