// expect: at_layer<1>
// expect: the_sum_of_a_Residual
// expect: receives<alrao::shape<8, 8, 16>
// expect: needs_shortcut_of_the_same_shape, 4, 4, 16>
// expect-error: a Residual adds
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net
    : Network<Input<8, 8, 3>, ReLU,
              Residual<Conv2d<16, Kernel<3>, Stride<2>, Padding<1>>, Shortcut<Conv2d<16, Kernel<1>>>>> {};
#else
struct Net : Network<Input<8, 8, 3>, ReLU,
                     Residual<Conv2d<16, Kernel<3>, Stride<2>, Padding<1>>,
                              Shortcut<Conv2d<16, Kernel<1>, Stride<2>>>>> {};
#endif

static_assert(sizeof(Net) > 0);
