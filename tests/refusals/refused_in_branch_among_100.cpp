// expect: at_layer<96, 1, 0>
// expect: described_by<alrao::Dense<67>
// type: Network
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/network.hpp>

using namespace alrao;

#ifdef MUST_FAIL
struct Net : Network<Input<28, 28, 1>, Conv2d<8, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<9, Kernel<3>, Padding<1>>, ReLU, Conv2d<10, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<11, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<12, Kernel<3>, Padding<1>>, ReLU, Conv2d<8, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Concat<Branch<>, Branch<Dense<67>>>,
                     Flatten, ReLU, SoftmaxClassifier<10>> {};
#else
struct Net : Network<Input<28, 28, 1>, Conv2d<8, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<9, Kernel<3>, Padding<1>>, ReLU, Conv2d<10, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<11, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<12, Kernel<3>, Padding<1>>, ReLU, Conv2d<8, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Conv2d<11, Kernel<3>, Padding<1>>,
                     ReLU, Conv2d<12, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<8, Kernel<3>, Padding<1>>, ReLU, Conv2d<9, Kernel<3>, Padding<1>>, ReLU,
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Concat<Branch<>, Branch<ReLU>>,
                     Flatten, ReLU, SoftmaxClassifier<10>> {};
#endif

static_assert(sizeof(Net) > 0);
