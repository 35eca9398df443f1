#pragma once

#include <alrao/kernels/convolution/detail/depthwise.hpp>
#include <alrao/kernels/convolution/detail/gathered.hpp>
#include <alrao/kernels/convolution/detail/pointwise.hpp>
#include <alrao/kernels/convolution/detail/thin_groups.hpp>
#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/winograd/winograd.hpp>
#include <alrao/tensor/threads.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

/// Convolutions with channels last. The method is chosen by the shape. `Backend` is OwnTiles<Arch>,
/// Cblas<Arch> or Exact of one of them; T is float or double. Each row of a matrix is a pixel. The row
/// stride may be larger than the row; the elements between rows are not accessed. Padding is not stored.
/// Results must not overlap inputs or workspace. Nothing is allocated.
///
/// With OwnTiles, methods other than Winograd compute each element as one chain of multiply-adds in a fixed
/// order. The terms of an output are added tap by tap, and channel by channel within a tap (with few channels
/// per group: channel by channel, and tap by tap within a channel). The terms of a weight's gradient are
/// added pixel by pixel (3x3 windows of depthwise convolutions and of convolutions with few channels per
/// group: in patches of up to 2x4 output pixels). The bits of a sample do not depend on the batch or on the
/// number of threads. If a weight is not finite, outputs at the border may be finite or not, because the
/// padding may be skipped or multiplied.
namespace alrao::kernels {

/// A set of methods to compute a convolution; the shape determines which one of them is used:
/// - depthwise: one filter per channel
/// - winograd: Winograd's F(4x4, 3x3)
/// - pointwise: 1x1 windows with stride 1, as one matrix product per group
/// - grouped: few channels per group, as a sum of depthwise convolutions
/// - gathered: any shape, as matrix products whose left factor is gathered from the pixels
struct ConvolutionMethods {
    bool depthwise = true, winograd = true, pointwise = true, grouped = true, gathered = true;
    bool operator==(const ConvolutionMethods&) const = default;
};

/// The methods that can compute a window with this number of filters, for images of any size. If the
/// window is known at compile time, pass the result as `Methods`, so that no other methods are compiled.
template <class Backend>
[[nodiscard]] constexpr ConvolutionMethods convolution_methods(const Window& window,
                                                               std::size_t out_channels) {
    return {
        .depthwise = window.groups == out_channels,
        .winograd = !is_exact<Backend> && winograd_serves(window) && out_channels >= fewest_winograd_channels,
        .pointwise = detail::is_pointwise(window),
        .grouped = window.groups > 1 && !detail::is_pointwise(window),
        .gathered = !detail::is_pointwise(window)};
}

namespace detail {

/// Winograd's method with the interface of the other methods.
template <class Backend, class T>
struct WinogradConvolution {
    const ConvolutionShape& shape;
    T* workspace_memory;
    Threads& threads;

    static constexpr std::size_t workspace(const ConvolutionShape& s, int threads) {
        return winograd_workspace<Backend, T>(s, threads);
    }
    void forward(Matrix<const T> x, const T* weight, Matrix<T> y, const Epilogue<T>& epilogue) {
        winograd_forward<Backend, T>(shape, x, weight, y, epilogue, workspace_memory, threads);
    }
    void backward_input(Matrix<const T> dy, const T* weight, Matrix<T> dx) {
        winograd_backward_input<Backend, T>(shape, dy, weight, dx, workspace_memory, threads);
    }
    void backward_weight(Matrix<const T> x, Matrix<const T> dy, T* dweight, T* magnitude) {
        winograd_backward_weight<Backend, T>(shape, x, dy, dweight, magnitude, workspace_memory, threads);
    }
};

/// Calls f(std::type_identity<Method>) with the method of `Methods` that is used for the shape.
template <class Backend, class T, ConvolutionMethods Methods, class F>
constexpr auto with_method(const ConvolutionShape& shape, F&& f) {
    if constexpr (Methods.depthwise) {
        if (shape.is_depthwise()) return f(std::type_identity<DepthwiseConvolution<Backend, T>>{});
    }
    if constexpr (Methods.winograd) {
        if (winograd_applies<Backend>(shape)) return f(std::type_identity<WinogradConvolution<Backend, T>>{});
    }
    if constexpr (Methods.grouped) {
        using ThinGroups = ThinGroupConvolution<Backend, T>;
        if (ThinGroups::applies(shape)) return f(std::type_identity<ThinGroups>{});
    }
    if constexpr (Methods.pointwise && Methods.gathered) {
        if (is_pointwise(shape.window)) return f(std::type_identity<PointwiseConvolution<Backend, T>>{});
    }
    if constexpr (Methods.gathered) {
        return f(std::type_identity<GatheredConvolution<Backend, T>>{});
    } else {
        return f(std::type_identity<PointwiseConvolution<Backend, T>>{});
    }
}

}  // namespace detail

/// The number of elements of T that any pass over a convolution of this shape needs as workspace, with up
/// to `threads` threads. The contents are undefined before and after a pass.
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
[[nodiscard]] constexpr std::size_t convolution_workspace(const ConvolutionShape& shape, int threads) {
    return detail::with_method<Backend, T, Methods>(
        shape, [&]<class Method>(std::type_identity<Method>) { return Method::workspace(shape, threads); });
}

/// y = x * weight, then the epilogue, whose columns are the output channels. x [pixels][channels], weight
/// and y as described for ConvolutionShape.
/// @param workspace convolution_workspace elements
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
void convolution_forward(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> x,
                         const T* weight, Matrix<T> y, const std::type_identity_t<Epilogue<T>>& epilogue,
                         T* workspace, Threads& threads) {
    detail::with_method<Backend, T, Methods>(shape, [&]<class Method>(std::type_identity<Method>) {
        Method{shape, workspace, threads}.forward(x, weight, y, epilogue);
    });
}

/// dx = the gradient of the input, from dy, the gradient of the output. Overwrites dx.
/// @param workspace convolution_workspace elements
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
void convolution_backward_input(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> dy,
                                const T* weight, Matrix<T> dx, T* workspace, Threads& threads) {
    detail::with_method<Backend, T, Methods>(shape, [&]<class Method>(std::type_identity<Method>) {
        Method{shape, workspace, threads}.backward_input(dy, weight, dx);
    });
}

/// dweight = the gradient of the weights, overwritten.
/// @param magnitude [out_channels], output: the largest |dweight| of each output channel; may be null
/// @param workspace convolution_workspace elements
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
void convolution_backward_weight(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> x,
                                 std::type_identity_t<Matrix<const T>> dy, T* dweight, T* magnitude,
                                 T* workspace, Threads& threads) {
    detail::with_method<Backend, T, Methods>(shape, [&]<class Method>(std::type_identity<Method>) {
        Method{shape, workspace, threads}.backward_weight(x, dy, dweight, magnitude);
    });
}

}  // namespace alrao::kernels
