// Compares every kernel of convolutions and products, for the instruction set of one -march, with sums of products
// in double. tests/tools/march.py compiles and runs it for each instruction set.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <alrao/kernels/cblas.hpp>
#include <alrao/kernels/convolution/convolution.hpp>
#include <alrao/tensor/backend.hpp>

#include "../kernels/convolution_reference.hpp"
#include <doctest/doctest.h>

#include <type_traits>

using namespace alrao;
using namespace alrao::kernels;
using namespace convolution_reference;

#if defined(__FMA__)
static_assert(std::is_same_v<DefaultBackend, OwnTiles<>>);
#else
static_assert(std::is_same_v<DefaultBackend, Cblas<>>,
              "without FMA in the compiler flags, products must use BLAS");
#endif
#if defined(__AVX512BW__)
static_assert(register_width<float, DefaultArch> == 16);
#elif defined(__AVX2__)
static_assert(register_width<float, DefaultArch> == 8);
#else
static_assert(register_width<float, DefaultArch> == 4);
#endif

namespace {
template <class... Options>
ConvolutionShape shape(std::size_t batch, std::size_t side, std::size_t in, std::size_t out) {
    return convolution_shape(batch, side, side, in, out, window_of<Options...>());
}
}  // namespace

TEST_CASE("every method of convolution is correct with the tiles of this instruction set") {
    const ConvolutionShape shapes[] = {
        shape<Kernel<1>>(3, 9, 70, 50),  // matrix products with few panels and with many
        shape<Kernel<1>>(2, 9, 40, 290),
        shape<Kernel<3>, Padding<1>>(3, 9, 3, 33),    // gathered rows
        shape<Kernel<3>, Padding<1>>(13, 3, 20, 30),  // separate taps
        shape<Kernel<3>, Padding<1>, Stride<2>>(3, 9, 20, 30),
        shape<Kernel<3>, Padding<2>, Dilation<2>>(3, 9, 20, 30),
        shape<Kernel<3>, Padding<1>, Groups<2>>(3, 9, 40, 60),
        shape<Kernel<3>, Padding<1>, Groups<16>>(3, 9, 32, 64),  // thin groups
        shape<Kernel<3>, Padding<1>, Groups<37>>(3, 9, 37, 37),  // depthwise
        shape<Kernel<3>, Padding<1>, Stride<2>, Groups<37>>(3, 9, 37, 37),
    };
    for (const ConvolutionShape& s : shapes) {
        check_integers<Picked<Exact<DefaultBackend>, float>, float>(s);
        check_bound<Picked<DefaultBackend, float>, float>(s);
    }
}

TEST_CASE("Winograd convolution is correct with the registers of this instruction set") {
    for (const ConvolutionShape& s :
         {shape<Kernel<3>, Padding<1>>(5, 9, 37, 50), shape<Kernel<3>>(5, 6, 64, 66)}) {
        REQUIRE(winograd_applies<DefaultBackend>(s));
        check_bound<Picked<DefaultBackend, float>, float>(s, 4);
    }
}
