// expect: Dilation<3(, 3)?>
// expect: needs_window_within_padded_height, 7, 5>
// expect-error: higher than the image
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<5, 9, 1>, Conv2d<8, Kernel<3>, Dilation<3>>> {};
#else
struct Net : Network<Input<5, 9, 1>, Conv2d<8, Kernel<3>, Dilation<2>>> {};
#endif

static_assert(sizeof(Net) > 0);
