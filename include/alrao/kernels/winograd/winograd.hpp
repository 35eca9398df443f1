#pragma once

#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/gemm/epilogue.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/winograd/detail/correlation.hpp>
#include <alrao/kernels/winograd/detail/gradient.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>

/// Convolutions by Winograd's method F(4x4, 3x3), which needs 36 multiplications where a direct sum needs
/// 144. The window must be 3x3 with stride 1, dilation 1, one group and padding 0 to 2. `Backend` is
/// OwnTiles<Arch> or Cblas<Arch>; T is float or double. All extents and numbers of channels are
/// supported; `winograd_applies` tells where the method is fast. Arrays must not overlap. Nothing is
/// allocated.
///
/// Accuracy: relative to the root mean square of the exact result, the error is 1e-6 to 6e-6 in float
/// (measured up to 512 channels and 4096 tiles), and about 1e-14 in double. NaN and infinite values spread
/// to the 4x4 outputs of the tiles that read them.
///
/// With OwnTiles the bits do not depend on the number of threads; in the forward pass and in the gradient of
/// the input, the results of a sample do not depend on its batch. With Cblas the bits depend on the BLAS.
namespace alrao::kernels {

/// True if the method can compute a window.
[[nodiscard]] constexpr bool winograd_serves(const Window& window) {
    const auto serves = [](const WindowAxis& axis) {
        return axis.kernel == 3 && axis.stride == 1 && axis.dilation == 1 && axis.padding <= 2;
    };
    return serves(window.vertical) && serves(window.horizontal) && window.groups == 1;
}

/// With fewer input or output channels than this, the transforms cost more than they save.
inline constexpr std::size_t fewest_winograd_channels = 8;

/// With fewer tiles than this, transforming the weights costs more than the products save. The number is
/// larger if the weights do not fit into the cache.
[[nodiscard]] constexpr std::size_t fewest_winograd_tiles(std::size_t weights) {
    return weights < std::size_t{1} << 18 ? 4 : 5;
}

/// True if the method can compute a convolution and is faster than direct sums. It is not used below 8
/// input or output channels, below 256 pairs of channels, for outputs less than 4 high or wide, or below 4 tiles
/// in the largest batch (5 if the weights are large).
template <class Backend>
[[nodiscard]] constexpr bool winograd_applies(const ConvolutionShape& shape) {
    const std::size_t in = shape.channels, out = shape.out_channels;
    return !is_exact<Backend> && winograd_serves(shape.window) && shape.out_height >= 4 &&
           shape.out_width >= 4 && std::min(in, out) >= fewest_winograd_channels && in * out >= 256 &&
           detail::TileGrid::covering(shape.max_batch, shape.out_height, shape.out_width).count() >=
               fewest_winograd_tiles(shape.weights());
}

/// The number of elements of T that each of the three passes needs as workspace, with up to `threads`
/// threads. The contents are undefined before and after a pass. It is fastest if aligned to 64 bytes.
///
/// For any batch, it is less than the larger of two bounds, except for rounding to registers and cache lines.
/// With `in` channels of the array that a pass reads and `out` channels of the array that it writes:
///   forward and backward input: 36 * in * out + threads * 36 * (96 * in + 192 * out'), where
///       out' is at most 64 (float, AVX-512);
///   backward weight: 36 * (128 * (in + out) + in * out), where in and out are those of the forward pass.
template <class Backend, std::floating_point T>
[[nodiscard]] constexpr std::size_t winograd_workspace(const ConvolutionShape& shape, int threads) {
    using detail::CorrelationPlan;
    // The maximum over all batches and numbers of threads up to these, because a smaller batch or fewer
    // threads may be divided into blocks in another way. With more than `settled` tiles, blocks do not
    // change any more.
    constexpr std::size_t settled = 256;
    const std::size_t in = shape.channels, out = shape.out_channels;
    std::size_t most = 0;
    for (std::size_t batch = std::min<std::size_t>(shape.batch, 1); batch <= shape.batch; ++batch) {
        const std::size_t tiles =
            detail::TileGrid::covering(batch, shape.out_height, shape.out_width).count();
        const std::size_t in_tiles = detail::TileGrid::covering(batch, shape.height, shape.width).count();
        most = std::max(most, detail::GradientPlan<Backend, T>(tiles, in, out).workspace(threads));
        for (int count = 1; count <= threads; ++count) {
            const CorrelationPlan<Backend, T> forward(tiles, in, out, count);
            const CorrelationPlan<Backend, T> input(in_tiles, out, in, count);
            most = std::max({most, forward.workspace(count), input.workspace(count)});
        }
        if (std::min(tiles, in_tiles) > settled) break;
    }
    return most;
}

/// y = x * weight, then the epilogue (`accumulate` adds to the old y). x [pixels][channels], weight
/// [3][3][channels][out_channels], y [out pixels][out_channels].
/// @param workspace winograd_workspace elements
template <class Backend, std::floating_point T>
void winograd_forward(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> x, const T* weight,
                      std::type_identity_t<Matrix<T>> y, const std::type_identity_t<Epilogue<T>>& epilogue,
                      T* workspace, Threads& threads) {
    const Window& w = shape.window;
    detail::Correlation<Backend, T>(
        shape.batch, {x, shape.height, shape.width, w.vertical.padding, w.horizontal.padding},
        {weight, shape.channels, shape.out_channels, false}, {y, shape.out_height, shape.out_width, 0, 0},
        epilogue, workspace, threads.count())
        .run(threads);
}

/// dx [pixels][channels] = the gradient of x, from the gradient dy [out pixels][out_channels] of y. It is
/// computed as a forward pass with the weights rotated by 180 degrees, padding 2 - p (where p is the
/// padding of the window), and sums over out_channels.
/// @param workspace winograd_workspace elements
template <class Backend, std::floating_point T>
void winograd_backward_input(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> dy,
                             const T* weight, std::type_identity_t<Matrix<T>> dx, T* workspace,
                             Threads& threads) {
    const Window& w = shape.window;
    detail::Correlation<Backend, T>(
        shape.batch,
        {dy, shape.out_height, shape.out_width, 2 - w.vertical.padding, 2 - w.horizontal.padding},
        {weight, shape.channels, shape.out_channels, true}, {dx, shape.height, shape.width, 0, 0}, {},
        workspace, threads.count())
        .run(threads);
}

/// dweight [3][3][channels][out_channels] = the gradient of the weights, overwritten.
/// @param magnitude [out_channels], output: the largest |dweight| of each output channel, not finite if any
/// element is not finite; may be null
/// @param workspace winograd_workspace elements
template <class Backend, std::floating_point T>
void winograd_backward_weight(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> x,
                              std::type_identity_t<Matrix<const T>> dy, T* dweight, T* magnitude,
                              T* workspace, Threads& threads) {
    const Window& w = shape.window;
    detail::WeightGradient<Backend, T>(
        shape.batch, {x, shape.height, shape.width, w.vertical.padding, w.horizontal.padding}, shape.channels,
        {dy, shape.out_height, shape.out_width, 0, 0}, shape.out_channels, dweight, magnitude, workspace,
        threads.count())
        .run(threads);
}

}  // namespace alrao::kernels
