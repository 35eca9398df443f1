// expect: at_layer<0>
// expect: receives<alrao::shape<4, 9, 3>
// expect: needs_window_within_padded_height, 7, 6>
// expect-error: higher than the image
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<4, 9, 3>, Conv2d<8, Kernel<7, 3>, Padding<1>>> {};
#else
struct Net : Network<Input<4, 9, 3>, Conv2d<8, Kernel<5, 3>, Padding<1>>> {};
#endif

static_assert(sizeof(Net) > 0);
