// expect-error: Dilation<V, H> needs at least 1, which means no gap
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 3>, Conv2d<8, Kernel<3>, Dilation<0>>> {};
#else
struct Net : Network<Input<8, 8, 3>, Conv2d<8, Kernel<3>, Dilation<1>>> {};
#endif

static_assert(sizeof(Net) > 0);
