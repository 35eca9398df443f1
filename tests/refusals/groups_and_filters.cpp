// expect-error: Conv2d<Channels, Groups<N>> needs an N that divides Channels
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 6>, Conv2d<8, Kernel<3>, Groups<3>>> {};
#else
struct Net : Network<Input<8, 8, 6>, Conv2d<9, Kernel<3>, Groups<3>>> {};
#endif

static_assert(sizeof(Net) > 0);
