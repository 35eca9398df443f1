// expect-error: Conv2d needs a Kernel<H, W> option
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 3>, Conv2d<8>> {};
#else
struct Net : Network<Input<8, 8, 3>, Conv2d<8, Kernel<3>>> {};
#endif

static_assert(sizeof(Net) > 0);
