// expect: described_by<alrao::SqueezeExcite<4>
// expect: receives<alrao::shape<12>
// expect: needs_image_height_width_channels, 3, 1>
// expect-error: takes an image .height, width, channels. and is given features
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/squeeze_excite.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<12>, SqueezeExcite<4>> {};
#else
struct Net : Network<Input<2, 2, 3>, SqueezeExcite<4>> {};
#endif

static_assert(sizeof(Net) > 0);
