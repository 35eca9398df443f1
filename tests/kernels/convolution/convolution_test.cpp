#include <alrao/kernels/cblas.hpp>
#include <alrao/kernels/convolution/convolution.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>

#include "../../effort.hpp"
#include "../convolution_reference.hpp"
#include "../own_tiles.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace kernels_convolution_convolution_test {

using namespace alrao;
using namespace alrao::kernels;
using namespace convolution_reference;

namespace {

/// Windows and images at every boundary: strides larger than kernels, kernels larger than images,
/// dilation with a factor in common with the stride, positions that read only padding, groups, odd
/// numbers of channels.
const std::vector<ConvolutionShape> shapes{
    convolution_shape(2, 7, 6, 5, 9, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(1, 8, 8, 16, 32, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(3, 9, 8, 3, 33, window_of<Kernel<3>, Padding<1>, Stride<2>>()),
    convolution_shape(14, 4, 4, 13, 40, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(13, 2, 2, 20, 17, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(12, 1, 1, 4, 4, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(1, 1, 1, 1, 1, window_of<Kernel<1>>()),
    convolution_shape(2, 5, 4, 7, 6, window_of<Kernel<1>>()),
    convolution_shape(2, 5, 4, 7, 6, window_of<Kernel<1>, Stride<2>>()),
    convolution_shape(2, 5, 4, 7, 6, window_of<Kernel<1>, Padding<2>>()),
    convolution_shape(15, 5, 4, 7, 6, window_of<Kernel<1>, Padding<2>, Stride<3>>()),
    convolution_shape(2, 9, 9, 8, 12, window_of<Kernel<1>, Groups<4>>()),
    convolution_shape(2, 13, 11, 3, 20, window_of<Kernel<7>, Stride<2>, Padding<3>>()),
    convolution_shape(12, 13, 11, 3, 20, window_of<Kernel<7>, Stride<2>, Padding<3>>()),
    convolution_shape(2, 12, 5, 4, 10, window_of<Kernel<5, 3>, Padding<2, 1>>()),
    convolution_shape(2, 9, 10, 4, 10, window_of<Kernel<2, 4>, Stride<2, 3>, Padding<1, 2>>()),
    convolution_shape(13, 9, 10, 4, 10, window_of<Kernel<3>, Dilation<2>, Padding<2>>()),
    convolution_shape(2, 11, 9, 4, 10, window_of<Kernel<3>, Dilation<2>, Stride<2>, Padding<1>>()),
    convolution_shape(13, 11, 9, 4, 10, window_of<Kernel<3>, Dilation<2>, Stride<4>, Padding<1>>()),
    convolution_shape(2, 11, 12, 4, 10, window_of<Kernel<3, 4>, Dilation<3, 2>, Stride<2, 3>, Padding<4>>()),
    convolution_shape(2, 7, 7, 4, 10, window_of<Kernel<2>, Stride<4>>()),
    convolution_shape(12, 7, 7, 4, 10, window_of<Kernel<2>, Stride<3>, Padding<5>>()),
    convolution_shape(2, 3, 3, 6, 10, window_of<Kernel<7>, Padding<3>>()),
    convolution_shape(12, 3, 2, 6, 10, window_of<Kernel<5>, Padding<2>>()),
    convolution_shape(2, 6, 6, 12, 18, window_of<Kernel<3>, Padding<1>, Groups<3>>()),
    convolution_shape(13, 6, 5, 12, 18, window_of<Kernel<3>, Padding<1>, Groups<6>, Stride<2>>()),
    convolution_shape(2, 6, 6, 32, 32, window_of<Kernel<3>, Padding<1>, Groups<8>>()),
    convolution_shape(2, 6, 6, 6, 12, window_of<Kernel<3>, Padding<1>, Groups<6>>()),
    convolution_shape(2, 6, 6, 19, 19, window_of<Kernel<3>, Padding<1>, Groups<19>>()),
    convolution_shape(1, 40, 40, 17, 24, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(1, 5, 5, 1100, 10, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(2, 4, 3, 10, 530, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(1, 1, 2, 160, 96, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(3, 5, 4, 456, 64, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(5, 3, 2, 320, 128, window_of<Kernel<3>, Stride<2>, Padding<1>>()),
    convolution_shape(1, 60, 60, 2, 3, window_of<Kernel<3>, Padding<1>>()),
    convolution_shape(0, 6, 6, 3, 4, window_of<Kernel<3>>()),
};

/// One more shape for each seed.
ConvolutionShape random_shape(Philox& random) {
    const auto axis = [&] {
        return WindowAxis{.kernel = 1 + random.below(4),
                          .stride = 1 + random.below(3),
                          .padding = random.below(3),
                          .dilation = 1 + random.below(2)};
    };
    Window window{.vertical = axis(), .horizontal = axis()};
    window.groups = 1 + random.below(3);
    const auto extent = [&](const WindowAxis& a) {
        std::size_t size = 1 + random.below(9);
        while (!a.fits(size)) ++size;
        return size;
    };
    const std::size_t height = extent(window.vertical), width = extent(window.horizontal);
    return convolution_shape(1 + random.below(14), height, width, window.groups * (1 + random.below(14)),
                             window.groups * (1 + random.below(20)), window);
}

std::vector<ConvolutionShape> all_shapes() {
    std::vector<ConvolutionShape> all;
    for (const ConvolutionShape& s : shapes)
        if (s.out_pixels() * s.weights() <= effort(SIZE_MAX, 100'000)) all.push_back(s);
    Philox random(Seed{11}, Stream::initialization);
    for (std::size_t i = 0; i < effort(40, 6); ++i) all.push_back(random_shape(random));
    return all;
}

template <template <class> class Check, bool WithBlas = blas::available>
void on_all_backends() {
    on_own_tiles([]<class Own>(std::type_identity<Own>) { Check<Exact<Own>>::run(); });
    if constexpr (WithBlas) {
        Check<Exact<Cblas<>>>::run();
    }
}

template <class Backend>
struct Integers {
    static void run() {
        for (const ConvolutionShape& s : all_shapes()) {
            check_integers<Picked<Backend, float>, float>(s);
            check_integers<Picked<Backend, double>, double>(s);
        }
    }
};

template <class Backend>
struct Bound {
    static void run() {
        for (const ConvolutionShape& s : all_shapes()) {
            check_bound<Picked<Backend, float>, float>(s);
            check_bound<Picked<Backend, double>, double>(s);
        }
    }
};

}  // namespace

TEST_CASE("convolutions of integers are exact for all passes, windows, strides and back ends") {
    on_all_backends<Integers>();
}

TEST_CASE("convolutions of normal numbers stay within the error bound of a dot product") {
    on_all_backends<Bound>();
}

TEST_CASE("convolutions by register tiles give the same bits on any number of threads") {
    for (const ConvolutionShape& s : all_shapes()) {
        check_threads<Picked<Exact<OwnTiles<>>, float>, float>(s);
        check_threads<Picked<Exact<OwnTiles<>>, double>, double>(s);
    }
}

TEST_CASE("a batch gives the same bits as its samples one at a time") {
    for (const ConvolutionShape& s : all_shapes()) {
        check_samples<Picked<Exact<OwnTiles<>>, float>, float>(s);
        check_samples<Picked<Exact<OwnTiles<>>, double>, double>(s);
    }
}

TEST_CASE("the columns of one thread may be streamed even if all columns cannot") {
    // 64 and 36 columns of 100 with AVX-512: full tiles, and more than a megabyte of weights.
    const ConvolutionShape s =
        convolution_shape(1, 14, 16, 1024, 100, window_of<Kernel<3>, Padding<1>, Stride<2>>());
    check_threads<Picked<Exact<OwnTiles<>>, float>, float>(s);
    check_threads<Picked<Exact<OwnTiles<xsimd::sse2>>, float>, float>(s);
}

TEST_CASE("the magnitude of a weight is that of its complete sum") {
    // The terms of the first 1,008 cells for the last tap of the last channel are cancelled by the 81
    // others.
    const ConvolutionShape s = convolution_shape(1, 33, 33, 3, 4, window_of<Kernel<3>, Padding<1>>());
    on_own_tiles([&]<class Own>(std::type_identity<Own>) {
        Case<float> c(s);
        Threads threads(1);
        c.fill([] { return 0; });
        for (std::size_t p = 0; p < s.pixels(); ++p) c.x.at(p, 2) = p < 1042 ? 1 : -21;
        for (std::size_t p = 0; p < s.out_pixels(); ++p)
            for (std::size_t n = 0; n < 4; ++n) c.dy.at(p, n) = 1;
        c.template run<Picked<Exact<Own>, float>>(threads, Activation::none);
        compare(c, false, [](float got, double want, double) { return static_cast<double>(got) == want; });
    });
}

TEST_CASE("values that are not finite appear in the output and its magnitude") {
    check_not_finite<Picked<Exact<OwnTiles<>>, float>, float>(shapes[0]);
    check_not_finite<Picked<Exact<OwnTiles<>>, double>, double>(shapes[3]);
}

TEST_CASE("the workspace for a band does not grow with the batch") {
    const auto at = [](std::size_t batch) {
        return convolution_shape(batch, 32, 32, 64, 64, window_of<Kernel<3>, Padding<1>>());
    };
    CHECK(convolution_workspace<Exact<OwnTiles<>>, float>(at(1), 2) ==
          convolution_workspace<Exact<OwnTiles<>>, float>(at(4096), 2));
    CHECK(convolution_workspace<Exact<Cblas<>>, float>(at(1), 2) ==
          convolution_workspace<Exact<Cblas<>>, float>(at(4096), 2));
}

TEST_CASE("the methods for a window include the one that is used for the shape") {
    const auto check = []<class Backend>(const ConvolutionShape& shape, std::type_identity<Backend>) {
        const ConvolutionMethods methods = convolution_methods<Backend>(shape.window, shape.out_channels);
        if (shape.is_depthwise()) {
            CHECK(methods.depthwise);
        } else if (winograd_applies<Backend>(shape)) {
            CHECK(methods.winograd);
        } else {
            CHECK(
                (alrao::kernels::detail::is_pointwise(shape.window) ? methods.pointwise : methods.gathered));
        }
    };
    for (const Window& window :
         {window_of<Kernel<3>, Padding<1>>(), window_of<Kernel<1>>(), window_of<Kernel<1>, Stride<2>>(),
          window_of<Kernel<3>, Groups<8>>(), window_of<Kernel<3>, Groups<4>>(),
          window_of<Kernel<3>, Stride<2>>(), window_of<Kernel<5>, Padding<2>>()}) {
        for (const std::size_t in : {1U, 8U, 64U}) {
            for (const std::size_t out : {1U, 8U, 64U}) {
                if (in % window.groups != 0 || out % window.groups != 0) continue;
                const ConvolutionShape shape = convolution_shape(2, 12, 12, in, out, window);
                check(shape, std::type_identity<OwnTiles<>>{});
                check(shape, std::type_identity<Exact<OwnTiles<>>>{});
            }
        }
    }
    constexpr ConvolutionMethods usual =
        convolution_methods<OwnTiles<>>(window_of<Kernel<3>, Padding<1>>(), 64);
    static_assert(usual.winograd && usual.gathered && !usual.depthwise && !usual.pointwise);
    static_assert(!convolution_methods<Exact<OwnTiles<>>>(window_of<Kernel<3>>(), 64).winograd);
}

}  // namespace kernels_convolution_convolution_test
