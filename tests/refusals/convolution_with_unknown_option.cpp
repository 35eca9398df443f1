// expect-error: Conv2d takes the options Kernel, Stride, Padding, Dilation, Groups and NoBias
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 3>, Conv2d<8, Kernel<3>, Percent<20>>> {};
#else
struct Net : Network<Input<8, 8, 3>, Conv2d<8, Kernel<3>, NoBias>> {};
#endif

static_assert(sizeof(Net) > 0);
