// expect-error: MaxPool2d<Size, Options\.\.\.> takes the options Stride and Padding
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/pool2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 3>, MaxPool2d<2, Dilation<2>>> {};
#else
struct Net : Network<Input<8, 8, 3>, MaxPool2d<2, Stride<1>>> {};
#endif

static_assert(sizeof(Net) > 0);
