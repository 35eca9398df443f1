// expect: described_by<alrao::MaxPool2d<2
// expect: needs_padding_below_window, 2, 2>
// expect-error: Padding is as large as the window
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/pool2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 1>, MaxPool2d<2, Padding<2>>> {};
#else
struct Net : Network<Input<8, 8, 1>, MaxPool2d<2, Padding<1>>> {};
#endif

static_assert(sizeof(Net) > 0);
