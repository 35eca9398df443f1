// expect: MaxPool2d<Size> needs a window of at least 1
// type: Network
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/network.hpp>
#include <alrao/layers/pool2d.hpp>

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
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, MaxPool2d<0>, Flatten, ReLU,
                     SoftmaxClassifier<10>> {};
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
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, MaxPool2d<1>, Flatten, ReLU,
                     SoftmaxClassifier<10>> {};
#endif

static_assert(sizeof(Net) > 0);
