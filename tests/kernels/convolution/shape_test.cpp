#include <alrao/kernels/convolution/shape.hpp>

#include <doctest/doctest.h>

namespace kernels_convolution_shape_test {

using namespace alrao;
using kernels::convolution_shape;

TEST_CASE("the extents of a convolution follow from its window") {
    constexpr Window window = window_of<Kernel<3, 5>, Stride<2>, Padding<1, 2>, Groups<2>>();
    constexpr auto shape = convolution_shape(4, 9, 8, 6, 10, window);
    CHECK(shape.out_height == 5);
    CHECK(shape.out_width == 4);
    CHECK(shape.pixels() == 4 * 9 * 8);
    CHECK(shape.out_pixels() == 4 * 5 * 4);
    CHECK(shape.taps() == 15);
    CHECK(shape.group_channels() == 3);
    CHECK(shape.group_out_channels() == 5);
    CHECK(shape.weights() == 15 * 3 * 10);
    CHECK_FALSE(shape.is_depthwise());
}

TEST_CASE("depthwise convolutions have one group per channel and as many filters") {
    constexpr Window window = window_of<Kernel<3>, Padding<1>, Groups<8>>();
    CHECK(convolution_shape(1, 4, 4, 8, 8, window).is_depthwise());
    CHECK_FALSE(convolution_shape(1, 4, 4, 8, 16, window).is_depthwise());
    constexpr Window plain = window_of<Kernel<3>, Padding<1>>();
    CHECK(convolution_shape(1, 4, 4, 1, 1, plain).is_depthwise());
}

}  // namespace kernels_convolution_shape_test
