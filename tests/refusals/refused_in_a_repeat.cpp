// The third repetition is refused.
// expect: at_layer<0, 5>
// expect: described_by<alrao::MaxPool2d<2
// expect: receives<alrao::shape<1, 1, 3>
// expect: needs_window_within_padded_height, 2, 1>
// expect-error: higher than the image
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/pool2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<4, 4, 3>, Repeat<4, ReLU, MaxPool2d<2>>> {};
#else
struct Net : Network<Input<4, 4, 3>, Repeat<2, ReLU, MaxPool2d<2>>> {};
#endif

static_assert(sizeof(Net) > 0);
