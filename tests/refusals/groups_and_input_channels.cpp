// expect: Groups<4>
// expect: receives<alrao::shape<8, 8, 6>
// expect: needs_groups_that_divide_input_channels, 4, 6>
// expect-error: divides the channels of the layer.s input
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 6>, Conv2d<8, Kernel<3>, Groups<4>>> {};
#else
struct Net : Network<Input<8, 8, 6>, Conv2d<8, Kernel<3>, Groups<2>>> {};
#endif

static_assert(sizeof(Net) > 0);
