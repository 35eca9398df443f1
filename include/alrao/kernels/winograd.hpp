#pragma once

#include <alrao/kernels/convolution_shape.hpp>
#include <alrao/kernels/gemm_epilogue.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/winograd_cblas.hpp>
#include <alrao/kernels/winograd_correlation.hpp>
#include <alrao/kernels/winograd_gradient.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>

/// Convolutions with 3x3 windows, stride 1, by Winograd's F(4x4, 3x3): 36 multiplications where the
/// sum of products has 144. In float the result differs from the exact one by some 1e-6 of its root
/// mean square, about as far as a sum of products. NaN and Inf spread over the 4x4 outputs of a
/// tile. Nothing is allocated.
///
/// With OwnTiles all three are the same bits with any number of threads, and what belongs to a
/// sample does not depend on the batch around it. With Cblas bits are BLAS's.
namespace alrao::kernels {

/// Whether the transform serves a convolution, and wins over the sum of products.
template <class Backend>
[[nodiscard]] constexpr bool winograd_applies(const ConvolutionShape& shape) {
    const WindowAxis &v = shape.window.vertical, &h = shape.window.horizontal;
    const auto serves = [](const WindowAxis& axis) {
        return axis.kernel == 3 && axis.stride == 1 && axis.dilation == 1 && axis.padding <= 2;
    };
    return !is_exact<Backend> && serves(v) && serves(h) && shape.window.groups == 1 &&
           shape.out_height >= 4 && shape.out_width >= 4;
}

namespace detail {

template <class T>
[[nodiscard]] constexpr std::size_t tiles_of(const ConvolutionShape& shape) {
    return TileGrid::covering(shape.batch, shape.out_height, shape.out_width).count();
}

}  // namespace detail

/// Elements of T that each of the three passes needs as workspace, with up to `threads` threads. It
/// is bounded whatever the batch.
template <class Backend, std::floating_point T>
[[nodiscard]] constexpr std::size_t winograd_workspace(const ConvolutionShape& shape, int threads) {
    using detail::CorrelationPlan;
    const auto tiles = [&](std::size_t height, std::size_t width) {
        return detail::TileGrid::covering(shape.batch, height, width).count();
    };
    const std::size_t in = shape.channels, out = shape.out_channels;
    const std::size_t forward =
        CorrelationPlan<Backend, T>(tiles(shape.out_height, shape.out_width), in, out, threads)
            .workspace(threads);
    const std::size_t input =
        CorrelationPlan<Backend, T>(tiles(shape.height, shape.width), out, in, threads)
            .workspace(threads);
    const std::size_t weight =
        detail::GradientPlan<Backend, T>(tiles(shape.out_height, shape.out_width), in, out)
            .workspace(threads);
    return std::max({forward, input, weight});
}

/// y = x * weight, with the epilogue.
template <class Backend, std::floating_point T>
void winograd_forward(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> x,
                      const T* weight, std::type_identity_t<Matrix<T>> y,
                      const std::type_identity_t<Epilogue<T>>& epilogue, T* workspace,
                      Threads& threads) {
    const Window& w = shape.window;
    detail::Correlation<Backend, T>(
        shape.batch, {x, shape.height, shape.width, w.vertical.padding, w.horizontal.padding},
        {weight, shape.channels, shape.out_channels, false},
        {y, shape.out_height, shape.out_width, 0, 0}, epilogue, workspace, threads.count())
        .run(threads);
}

/// dx = the gradient of x, of which y's is dy: the forward pass with turned weights, summed over
/// output channels.
template <class Backend, std::floating_point T>
void winograd_backward_input(const ConvolutionShape& shape,
                             std::type_identity_t<Matrix<const T>> dy, const T* weight,
                             std::type_identity_t<Matrix<T>> dx, T* workspace, Threads& threads) {
    const Window& w = shape.window;
    detail::Correlation<Backend, T>(
        shape.batch,
        {dy, shape.out_height, shape.out_width, 2 - w.vertical.padding, 2 - w.horizontal.padding},
        {weight, shape.channels, shape.out_channels, true}, {dx, shape.height, shape.width, 0, 0},
        {}, workspace, threads.count())
        .run(threads);
}

/// dweight[3][3][in][out] = the gradient of the weights; magnitude[out], unless null, = the largest
/// |dweight| of each output channel, not finite if any is not.
template <class Backend, std::floating_point T>
void winograd_backward_weight(const ConvolutionShape& shape,
                              std::type_identity_t<Matrix<const T>> x,
                              std::type_identity_t<Matrix<const T>> dy, T* dweight, T* magnitude,
                              T* workspace, Threads& threads) {
    const Window& w = shape.window;
    detail::WeightGradient<Backend, T>(
        shape.batch, {x, shape.height, shape.width, w.vertical.padding, w.horizontal.padding},
        shape.channels, {dy, shape.out_height, shape.out_width, 0, 0}, shape.out_channels, dweight,
        magnitude, workspace, threads.count())
        .run(threads);
}

}  // namespace alrao::kernels
