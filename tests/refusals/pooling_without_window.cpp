// expect-error: MaxPool2d<Size> needs a window of at least 1
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/pool2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 3>, MaxPool2d<0>> {};
#else
struct Net : Network<Input<8, 8, 3>, MaxPool2d<1>> {};
#endif

static_assert(sizeof(Net) > 0);
