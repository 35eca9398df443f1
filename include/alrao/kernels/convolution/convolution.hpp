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

/// Convolutions, channels last. The method is chosen by the shape. `Backend` is OwnTiles<Arch>,
/// Cblas<Arch> or Exact of one of them, T is float or double. Rows of a matrix are pixels; the row
/// stride may be larger than the row, and the elements between rows are not accessed. Padding zeros
/// are not stored. Results must not overlap inputs or workspace. Nothing is allocated.
///
/// With OwnTiles each element is one chain of multiply-adds in a fixed order: for an output in
/// ascending (tap, channel), with thin groups (channel, tap); for a weight in ascending pixel (3x3
/// depthwise and thin groups: patch by patch). Its bits depend neither on the batch nor on the number
/// of threads. (If a weight is not finite, pixels at the border may or may not be finite.)
namespace alrao::kernels {

/// The ways to compute a convolution of which its shape picks one.
struct ConvolutionMethods {
    bool depthwise = true, winograd = true, pointwise = true, grouped = true, gathered = true;
    bool operator==(const ConvolutionMethods&) const = default;
};

/// The methods that can compute a window with this number of filters, for any image. Code that knows
/// the window at compile time passes them on, so that no other methods are compiled.
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

/// Winograd's passes, in the form of the other methods.
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

/// f(std::type_identity of the class that serves the shape), which is one of `Methods`.
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

/// Elements of T that any pass over a convolution of this shape needs as workspace, with up to
/// `threads` threads. Its contents mean nothing before or after.
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
[[nodiscard]] constexpr std::size_t convolution_workspace(const ConvolutionShape& shape, int threads) {
    return detail::with_method<Backend, T, Methods>(
        shape, [&]<class Method>(std::type_identity<Method>) { return Method::workspace(shape, threads); });
}

/// y = x * weight, then the epilogue: its columns are the output's channels.
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
void convolution_forward(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> x,
                         const T* weight, Matrix<T> y, const std::type_identity_t<Epilogue<T>>& epilogue,
                         T* workspace, Threads& threads) {
    detail::with_method<Backend, T, Methods>(shape, [&]<class Method>(std::type_identity<Method>) {
        Method{shape, workspace, threads}.forward(x, weight, y, epilogue);
    });
}

/// dx = the gradient of the input, from dy, that of the output. Overwrites dx.
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
void convolution_backward_input(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> dy,
                                const T* weight, Matrix<T> dx, T* workspace, Threads& threads) {
    detail::with_method<Backend, T, Methods>(shape, [&]<class Method>(std::type_identity<Method>) {
        Method{shape, workspace, threads}.backward_input(dy, weight, dx);
    });
}

/// dweight = the gradient of the weights, overwritten; magnitude[out_channels] = the largest
/// |dweight| of each output channel, unless null.
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
void convolution_backward_weight(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> x,
                                 std::type_identity_t<Matrix<const T>> dy, T* dweight, T* magnitude,
                                 T* workspace, Threads& threads) {
    detail::with_method<Backend, T, Methods>(shape, [&]<class Method>(std::type_identity<Method>) {
        Method{shape, workspace, threads}.backward_weight(x, dy, dweight, magnitude);
    });
}

}  // namespace alrao::kernels
