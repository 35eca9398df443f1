// expect: described_by<alrao::GlobalAveragePool2d>
// expect: receives<alrao::shape<12>
// expect: needs_image_height_width_channels, 3, 1>
// expect-error: takes an image .height, width, channels. and is given features
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/pool2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<12>, GlobalAveragePool2d> {};
#else
struct Net : Network<Input<2, 2, 3>, GlobalAveragePool2d> {};
#endif

static_assert(sizeof(Net) > 0);
