// The error names the second branch, not the last one.
// expect: at_layer<1, 1>
// expect: the_channels_of_a_Concat_side_by_side
// expect: receives<alrao::shape<6, 6, 4>
// expect: needs_branches_of_equal_height_and_width, 8, 8, 4>
// expect-error: differ in height or width
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<8, 8, 1>, ReLU,
                     Concat<Conv2d<4, Kernel<1>>, Conv2d<4, Kernel<3>>, Conv2d<4, Kernel<1>>>> {};
#else
struct Net : Network<Input<8, 8, 1>, ReLU,
                     Concat<Conv2d<4, Kernel<1>>, Conv2d<4, Kernel<3>, Padding<1>>, Conv2d<4, Kernel<1>>>> {};
#endif

static_assert(sizeof(Net) > 0);
