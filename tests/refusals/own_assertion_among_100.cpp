// expect: mine: Scaled<N> needs N above 0
// expect: Scaled<0>
// type: Network
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/network.hpp>

using namespace alrao;

/// A user's layer with an assertion of its own: last, since a compiler reads no further.
template <std::size_t N>
struct Scaled {
    static constexpr std::string_view name = "Scaled";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
    static_assert(N > 0, "mine: Scaled<N> needs N above 0");
};

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
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Scaled<0>, Flatten, ReLU,
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
                     Conv2d<10, Kernel<3>, Padding<1>>, ReLU, Scaled<1>, Flatten, ReLU,
                     SoftmaxClassifier<10>> {};
#endif

static_assert(sizeof(Net) > 0);
