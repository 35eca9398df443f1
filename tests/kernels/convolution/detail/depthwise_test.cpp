#include <alrao/kernels/convolution/detail/depthwise.hpp>
#include <alrao/tensor/backend.hpp>

#include "../../convolution_reference.hpp"
#include "../../own_tiles.hpp"
#include <doctest/doctest.h>

#include <vector>

namespace kernels_convolution_detail_depthwise_test {

using namespace alrao;
using namespace alrao::kernels;
using namespace convolution_reference;

namespace {

template <class... Options>
ConvolutionShape depthwise(std::size_t batch, std::size_t height, std::size_t width, std::size_t channels) {
    Window window = window_of<Options...>();
    window.groups = channels;
    return convolution_shape(batch, height, width, channels, channels, window);
}

/// Complete and partial patches, pairs of rows and single rows, both strides that have patches, and
/// windows that have none.
const std::vector<ConvolutionShape> shapes{
    depthwise<Kernel<3>, Padding<1>>(2, 8, 8, 16),
    depthwise<Kernel<3>, Padding<1>>(3, 7, 5, 19),
    depthwise<Kernel<3>, Padding<1>>(1, 1, 1, 33),
    depthwise<Kernel<3>, Padding<1>>(2, 2, 3, 3),
    depthwise<Kernel<3>>(2, 9, 6, 40),
    depthwise<Kernel<3>, Padding<2>>(2, 6, 7, 18),
    depthwise<Kernel<3>, Padding<1>, Stride<2>>(2, 8, 8, 35),
    depthwise<Kernel<3>, Padding<1>, Stride<2>>(2, 9, 7, 16),
    depthwise<Kernel<3>, Stride<2>>(1, 12, 13, 20),
    depthwise<Kernel<3>, Padding<1>, Stride<1, 2>>(2, 6, 9, 17),
    depthwise<Kernel<3>, Padding<1>, Stride<3>>(2, 8, 9, 17),
    depthwise<Kernel<3>, Padding<2>, Dilation<2>>(2, 8, 9, 17),
    depthwise<Kernel<5>, Padding<2>>(2, 8, 9, 21),
    depthwise<Kernel<5>, Padding<2>, Stride<2>>(2, 8, 9, 70),
    depthwise<Kernel<7>, Padding<3>>(2, 5, 4, 17),
    depthwise<Kernel<2, 3>, Padding<1>>(2, 5, 4, 17),
    depthwise<Kernel<1>>(2, 5, 4, 17),
    depthwise<Kernel<1>, Stride<2>>(2, 5, 4, 17),
    depthwise<Kernel<2>, Stride<3>>(2, 8, 7, 17),
    depthwise<Kernel<3>, Padding<1>>(2, 24, 24, 96),
    depthwise<Kernel<3>, Padding<1>>(0, 4, 4, 8),
};

template <class Backend, class T>
void check_all() {
    using Method = kernels::detail::DepthwiseConvolution<Backend, T>;
    check_shapes<Method, T>(shapes);
    check_not_finite<Method, T>(shapes[0]);
}

}  // namespace

TEST_CASE_TEMPLATE(
    "depthwise passes are exact or bounded, with the same bits on any number of threads and in any batch", T,
    float, double) {
    on_own_tiles([]<class Own>(std::type_identity<Own>) { check_all<Own, T>(); });
}

TEST_CASE("depthwise convolutions need no matrix product and no BLAS") {
    check_all<Exact<OwnTiles<>>, float>();
}

}  // namespace kernels_convolution_detail_depthwise_test
