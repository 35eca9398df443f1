// expect: at_layer<0>
// expect: described_by<alrao::Conv2d<8, alrao::Kernel<3(, 3)?>
// expect: receives<alrao::shape<784>
// expect: needs_image_height_width_channels, 3, 1>
// expect-error: takes an image .height, width, channels. and is given features
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<784>, Conv2d<8, Kernel<3>>> {};
#else
struct Net : Network<Input<28, 28, 1>, Conv2d<8, Kernel<3>>> {};
#endif

static_assert(sizeof(Net) > 0);
