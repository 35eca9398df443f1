#include <alrao/kernels/convolution/detail/thin_groups.hpp>
#include <alrao/tensor/backend.hpp>

#include "../../convolution_reference.hpp"
#include "../../own_tiles.hpp"
#include <doctest/doctest.h>

#include <vector>

namespace kernels_convolution_detail_thin_groups_test {

using namespace alrao;
using namespace alrao::kernels;
using namespace convolution_reference;

namespace {

/// Groups with one input, with one output, with as many and with more or fewer outputs than inputs, odd
/// widths; more images than one block; all windows.
const std::vector<ConvolutionShape> shapes{
    convolution_shape(2, 6, 6, 6, 12, window_of<Kernel<3>, Padding<1>, Groups<6>>()),
    convolution_shape(2, 6, 7, 12, 6, window_of<Kernel<3>, Padding<1>, Groups<6>>()),
    convolution_shape(3, 6, 5, 32, 32, window_of<Kernel<3>, Padding<1>, Groups<8>>()),
    convolution_shape(1, 9, 8, 21, 15, window_of<Kernel<3>, Stride<2>, Groups<3>>()),
    convolution_shape(2, 7, 7, 10, 26, window_of<Kernel<5>, Padding<2>, Groups<2>>()),
    convolution_shape(2, 8, 7, 30, 8, window_of<Kernel<3>, Padding<2>, Dilation<2>, Groups<2>>()),
    convolution_shape(2, 1, 1, 4, 4, window_of<Kernel<3>, Padding<1>, Groups<2>>()),
    convolution_shape(9, 20, 20, 64, 64, window_of<Kernel<3>, Padding<1>, Groups<16>>()),
    convolution_shape(0, 4, 4, 8, 8, window_of<Kernel<3>, Padding<1>, Groups<2>>()),
};

template <class Backend, class T>
void check_all() {
    using Method = kernels::detail::ThinGroupConvolution<Backend, T>;
    for (const ConvolutionShape& s : shapes) REQUIRE(Method::applies(s));
    check_shapes<Method, T>(shapes);
    check_not_finite<Method, T>(shapes[2]);
}

}  // namespace

TEST_CASE_TEMPLATE(
    "passes of thin groups are exact or bounded, with the same bits on any number of threads and in any batch",
    T, float, double) {
    on_own_tiles([]<class Own>(std::type_identity<Own>) { check_all<Own, T>(); });
}

TEST_CASE("thin groups need no matrix product and no BLAS") { check_all<Exact<OwnTiles<>>, float>(); }

}  // namespace kernels_convolution_detail_thin_groups_test
