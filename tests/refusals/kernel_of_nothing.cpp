// expect-error: Kernel<H, W> needs a window of at least 1 x 1
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 3>, Conv2d<8, Kernel<0>>> {};
#else
struct Net : Network<Input<8, 8, 3>, Conv2d<8, Kernel<1>>> {};
#endif

static_assert(sizeof(Net) > 0);
