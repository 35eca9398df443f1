// expect: at_layer<1>
// expect: receives<alrao::shape<9, 4, 3>
// expect: needs_window_within_padded_width, 5, 4>
// expect-error: wider than the image
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/pool2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<9, 4, 3>, ReLU, MaxPool2d<5>> {};
#else
struct Net : Network<Input<9, 4, 3>, ReLU, MaxPool2d<4>> {};
#endif

static_assert(sizeof(Net) > 0);
