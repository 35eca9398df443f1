#pragma once

#include <alrao/kernels/convolution_cblas.hpp>
#include <alrao/kernels/convolution_own.hpp>
#include <alrao/kernels/convolution_product.hpp>
#include <alrao/kernels/convolution_shape.hpp>
#include <alrao/kernels/depthwise.hpp>
#include <alrao/kernels/gemm.hpp>
#include <alrao/kernels/gemm_magnitudes.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/thin_groups.hpp>
#include <alrao/kernels/winograd.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>

/// Convolutions, channels last, as products whose left factor is gathered from pixels. `Backend` is
/// OwnTiles<Arch>, Cblas<Arch> or Exact of these, T float or double. Rows of a matrix are pixels,
/// and may lie further apart than they are long; what lies between is not touched. Padding is
/// zeros that are stored nowhere. Results must not overlap what is read, or the workspace. Nothing
/// is allocated.
///
/// With OwnTiles an element is one chain of madd, for an output in ascending (tap, channel), for
/// a weight in ascending pixel: its bits depend neither on the batch it is part of nor on the
/// number of threads. (Where a weight is not finite, pixels at the border may or may not become
/// so.)
namespace alrao::kernels {

namespace detail {

/// A window that looks at its own pixel alone: a plain product of all pixels.
[[nodiscard]] constexpr bool is_pointwise(const Window& window) {
    const auto own_pixel = [](const WindowAxis& axis) {
        return axis.kernel == 1 && axis.stride == 1 && axis.padding == 0;
    };
    return own_pixel(window.vertical) && own_pixel(window.horizontal);
}

/// Images from which on pixels with the same live taps are products of their own.
inline constexpr std::size_t images_worth_runs = 12;

/// Up to so many channels the taps of a kernel's row are worth joining even for few images.
inline constexpr std::size_t most_thin_channels = 16;

/// Up to this extent of a map the padding is so much of it that taps have sums of their own.
inline constexpr std::size_t largest_map_by_taps = 8;

template <class Backend, class T>
class GatheredConvolution {
    using Kernel = GatheredKernel<Backend>;

public:
    static constexpr std::size_t workspace(const ConvolutionShape& s, int threads) {
        const auto count = static_cast<std::size_t>(threads);
        return zeros_size(s) + count * (magnitude_row(s.out_channels) +
                                        rounded_up(Kernel::template workspace<T>(s), 16));
    }

    GatheredConvolution(const ConvolutionShape& shape, T* workspace, Threads& threads)
        : s_(shape), workspace_(workspace), threads_(threads) {
        std::fill_n(workspace, zeros_size(shape), T{0});
    }

    void forward(Matrix<const T> x, const T* weight, Matrix<T> y, const Epilogue<T>& epilogue) {
        const Window& w = s_.window;
        const TapAxis vertical = forward_axis(w.vertical, s_.height, s_.out_height);
        const TapAxis horizontal = forward_axis(w.horizontal, s_.width, s_.out_width);
        // Where pixels follow each other without gaps, a kernel's row looks at one run of memory.
        const bool joined = w.groups == 1 && x.stride == s_.channels && w.horizontal.dilation == 1;
        const bool gathered = Kernel::template gathers_rows<T>(
            {{s_.batch, vertical, horizontal}, x, s_.group_channels(), workspace_});
        const bool runs = !gathered && (apart() || (joined && s_.channels <= most_thin_channels));
        on_threads(epilogue.magnitude, [&](int thread, int count, T* magnitude) {
            for_each_group([&](std::size_t in, std::size_t out) {
                for_each_grid(vertical, horizontal, runs, [&](TapGrid grid) {
                    std::size_t channels = s_.group_channels();
                    if (runs && joined && grid.horizontal.taps != 0) {
                        channels *= grid.horizontal.taps;
                        grid.horizontal.taps = 1;
                    }
                    Epilogue<T> mine = epilogue;
                    if (mine.bias != nullptr) mine.bias += out;
                    mine.magnitude = magnitude == nullptr ? nullptr : magnitude + out;
                    const GatheredRows<T> product{
                        .a = {grid, {x.data + in, x.stride}, channels, workspace_},
                        .transposed = false,
                        .weights = {weight + out, s_.out_channels},
                        .tap_rows = s_.group_channels(),
                        .kernel_width = w.horizontal.kernel,
                        .c = {{y.data + out, y.stride}, s_.out_height, s_.out_width},
                        .n = s_.group_out_channels(),
                        .epilogue = mine};
                    run(product, thread, count);
                });
            });
        });
    }

    void backward_input(Matrix<const T> dy, const T* weight, Matrix<T> dx) {
        const Window& w = s_.window;
        on_threads(nullptr, [&](int thread, int count, T*) {
            for_each_group([&](std::size_t in, std::size_t out) {
                for (std::size_t v = 0; v < w.vertical.stride; ++v) {
                    for (std::size_t h = 0; h < w.horizontal.stride; ++h) {
                        for_each_grid(backward_axis(w.vertical, s_.height, s_.out_height, v),
                                      backward_axis(w.horizontal, s_.width, s_.out_width, h),
                                      apart(), [&](const TapGrid& grid) {
                                          const GatheredRows<T> product{
                                              .a = {grid,
                                                    {dy.data + out, dy.stride},
                                                    s_.group_out_channels(),
                                                    workspace_},
                                              .transposed = true,
                                              .weights = {weight + out, s_.out_channels},
                                              .tap_rows = s_.group_channels(),
                                              .kernel_width = w.horizontal.kernel,
                                              .c = {{dx.data + in, dx.stride}, s_.height, s_.width},
                                              .n = s_.group_channels(),
                                              .epilogue = {}};
                                          run(product, thread, count);
                                      });
                    }
                }
            });
        });
    }

    void backward_weight(Matrix<const T> x, Matrix<const T> dy, T* dweight, T* magnitude) {
        const Window& w = s_.window;
        const TapAxis vertical = forward_axis(w.vertical, s_.height, s_.out_height);
        const TapAxis horizontal = forward_axis(w.horizontal, s_.width, s_.out_width);
        on_threads(magnitude, [&](int thread, int count, T* mine) {
            for_each_group([&](std::size_t in, std::size_t out) {
                const auto add = [&](const TapGrid& grid) {
                    const GatheredColumns<T> product{
                        .a = {grid, {x.data + in, x.stride}, s_.group_channels(), workspace_},
                        .b = {{dy.data + out, dy.stride}, s_.out_height, s_.out_width},
                        .weights = {dweight + out, s_.out_channels},
                        .tap_rows = s_.group_channels(),
                        .kernel_width = w.horizontal.kernel,
                        .n = s_.group_out_channels(),
                        .magnitude = mine == nullptr ? nullptr : mine + out};
                    Kernel::run(product,
                                share_of(Kernel::row_count(product), product.n, 1,
                                         Kernel::template column_granule<T>, count, thread),
                                buffer(thread));
                };
                if (!apart() || std::min(s_.out_height, s_.out_width) > largest_map_by_taps ||
                    s_.group_channels() <= most_thin_channels)
                    return add({s_.batch, vertical, horizontal});
                for (std::size_t v = 0; v < vertical.taps; ++v) {
                    for (std::size_t h = 0; h < horizontal.taps; ++h)
                        add({s_.batch, vertical.of_tap(v), horizontal.of_tap(h)});
                }
            });
        });
    }

private:
    static constexpr std::size_t zeros_size(const ConvolutionShape& s) {
        return rounded_up(std::max(s.channels, s.out_channels), 16);
    }

    [[nodiscard]] bool apart() const { return s_.batch >= images_worth_runs; }

    [[nodiscard]] T* buffer(int thread) const {
        const auto count = static_cast<std::size_t>(threads_.count());
        return workspace_ + zeros_size(s_) + count * magnitude_row(s_.out_channels) +
               static_cast<std::size_t>(thread) * rounded_up(Kernel::template workspace<T>(s_), 16);
    }

    template <class F>
    void for_each_group(F&& f) const {
        for (std::size_t g = 0; g < s_.window.groups; ++g)
            f(g * s_.group_channels(), g * s_.group_out_channels());
    }

    template <class F>
    void for_each_grid(const TapAxis& vertical, const TapAxis& horizontal, bool runs, F&& f) const {
        for_each_run(vertical, runs, [&](const TapAxis& v) {
            for_each_run(horizontal, runs, [&](const TapAxis& h) {
                const TapGrid grid{s_.batch, v, h};
                if (grid.cells() != 0) f(grid);
            });
        });
    }

    void run(const GatheredRows<T>& product, int thread, int count) const {
        Kernel::run(product,
                    share_of(product.a.grid.cells(), product.n, Kernel::row_granule,
                             Kernel::template column_granule<T>, count, thread),
                    buffer(thread));
    }

    template <class Work>
    void on_threads(T* magnitude, const Work& work) const {
        with_magnitudes(threads_, s_.out_pixels() * s_.weights() < 100'000, s_.out_channels,
                        magnitude, workspace_ + zeros_size(s_), work);
    }

    ConvolutionShape s_;
    T* workspace_;
    Threads& threads_;
};

}  // namespace detail

/// The ways to compute a convolution of which its shape picks one.
struct ConvolutionMethods {
    bool depthwise = true, winograd = true, pointwise = true, grouped = true, gathered = true;
    bool operator==(const ConvolutionMethods&) const = default;
};

/// Those that can serve a window with so many filters, whatever the images are. Who knows the
/// window when compiling passes them on, so that no others are compiled.
template <class Backend>
[[nodiscard]] constexpr ConvolutionMethods convolution_methods(const Window& window,
                                                               std::size_t out_channels) {
    return {.depthwise = window.groups == out_channels,
            .winograd = !is_exact<Backend> && winograd_serves(window) &&
                        out_channels >= fewest_winograd_channels,
            .pointwise = detail::is_pointwise(window),
            .grouped = window.groups > 1 && !detail::is_pointwise(window),
            .gathered = !detail::is_pointwise(window)};
}

/// Elements of T that any pass over a convolution of this shape needs as workspace, with up to
/// `threads` threads. Its contents mean nothing before or after.
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
[[nodiscard]] constexpr std::size_t convolution_workspace(const ConvolutionShape& shape,
                                                          int threads) {
    if constexpr (Methods.depthwise) {
        if (shape.is_depthwise())
            return detail::DepthwiseConvolution<Backend, T>::workspace(shape, threads);
    }
    if constexpr (Methods.winograd) {
        if (winograd_applies<Backend>(shape)) return winograd_workspace<Backend, T>(shape, threads);
    }
    if constexpr (Methods.pointwise) {
        if (detail::is_pointwise(shape.window)) {
            const std::size_t m = shape.out_pixels(), c = shape.group_channels(),
                              n = shape.group_out_channels();
            return std::max({gemm_workspace<Backend, T>(m, n, c, threads),
                             gemm_workspace<Backend, T>(m, c, n, threads),
                             gemm_workspace<Backend, T>(c, n, m, threads)});
        }
    }
    if constexpr (Methods.grouped) {
        using ThinGroups = detail::ThinGroupConvolution<Backend, T>;
        if (ThinGroups::applies(shape)) return ThinGroups::workspace(shape, threads);
    }
    if constexpr (Methods.gathered)
        return detail::GatheredConvolution<Backend, T>::workspace(shape, threads);
    return 0;
}

/// y = x * weight, then the epilogue: its columns are the output's channels.
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
void convolution_forward(const ConvolutionShape& shape, std::type_identity_t<Matrix<const T>> x,
                         const T* weight, Matrix<T> y,
                         const std::type_identity_t<Epilogue<T>>& epilogue, T* workspace,
                         Threads& threads) {
    if constexpr (Methods.depthwise) {
        if (shape.is_depthwise())
            return detail::DepthwiseConvolution<Backend, T>(shape, workspace, threads)
                .forward(x, weight, y, epilogue);
    }
    if constexpr (Methods.winograd) {
        if (winograd_applies<Backend>(shape))
            return winograd_forward<Backend, T>(shape, x, weight, y, epilogue, workspace, threads);
    }
    if constexpr (Methods.pointwise) {
        if (detail::is_pointwise(shape.window)) {
            const std::size_t c = shape.group_channels(), n = shape.group_out_channels();
            for (std::size_t g = 0; g < shape.window.groups; ++g) {
                Epilogue<T> mine = epilogue;
                if (mine.bias != nullptr) mine.bias += g * n;
                if (mine.magnitude != nullptr) mine.magnitude += g * n;
                gemm_nn<Backend, T>(shape.pixels(), n, c, {x.data + g * c, x.stride},
                                    {weight + g * n, shape.out_channels},
                                    {y.data + g * n, y.stride}, mine, workspace, threads);
            }
            return;
        }
    }
    if constexpr (Methods.grouped) {
        using ThinGroups = detail::ThinGroupConvolution<Backend, T>;
        if (ThinGroups::applies(shape))
            return ThinGroups(shape, workspace, threads).forward(x, weight, y, epilogue);
    }
    if constexpr (Methods.gathered)
        detail::GatheredConvolution<Backend, T>(shape, workspace, threads)
            .forward(x, weight, y, epilogue);
}

/// dx = the gradient of the input, from dy, that of the output. Overwrites dx.
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
void convolution_backward_input(const ConvolutionShape& shape,
                                std::type_identity_t<Matrix<const T>> dy, const T* weight,
                                Matrix<T> dx, T* workspace, Threads& threads) {
    if constexpr (Methods.depthwise) {
        if (shape.is_depthwise())
            return detail::DepthwiseConvolution<Backend, T>(shape, workspace, threads)
                .backward_input(dy, weight, dx);
    }
    if constexpr (Methods.winograd) {
        if (winograd_applies<Backend>(shape))
            return winograd_backward_input<Backend, T>(shape, dy, weight, dx, workspace, threads);
    }
    if constexpr (Methods.pointwise) {
        if (detail::is_pointwise(shape.window)) {
            const std::size_t c = shape.group_channels(), n = shape.group_out_channels();
            for (std::size_t g = 0; g < shape.window.groups; ++g) {
                gemm_nt<Backend, T>(shape.pixels(), c, n, {dy.data + g * n, dy.stride},
                                    {weight + g * n, shape.out_channels},
                                    {dx.data + g * c, dx.stride}, {}, workspace, threads);
            }
            return;
        }
    }
    if constexpr (Methods.grouped) {
        using ThinGroups = detail::ThinGroupConvolution<Backend, T>;
        if (ThinGroups::applies(shape))
            return ThinGroups(shape, workspace, threads).backward_input(dy, weight, dx);
    }
    if constexpr (Methods.gathered)
        detail::GatheredConvolution<Backend, T>(shape, workspace, threads)
            .backward_input(dy, weight, dx);
}

/// dweight = the gradient of the weights, overwritten; magnitude[out_channels] = the largest
/// |dweight| of each output channel, unless null.
template <class Backend, std::floating_point T, ConvolutionMethods Methods = ConvolutionMethods{}>
void convolution_backward_weight(const ConvolutionShape& shape,
                                 std::type_identity_t<Matrix<const T>> x,
                                 std::type_identity_t<Matrix<const T>> dy, T* dweight, T* magnitude,
                                 T* workspace, Threads& threads) {
    if constexpr (Methods.depthwise) {
        if (shape.is_depthwise())
            return detail::DepthwiseConvolution<Backend, T>(shape, workspace, threads)
                .backward_weight(x, dy, dweight, magnitude);
    }
    if constexpr (Methods.winograd) {
        if (winograd_applies<Backend>(shape))
            return winograd_backward_weight<Backend, T>(shape, x, dy, dweight, magnitude, workspace,
                                                        threads);
    }
    if constexpr (Methods.pointwise) {
        if (detail::is_pointwise(shape.window)) {
            const std::size_t c = shape.group_channels(), n = shape.group_out_channels();
            for (std::size_t g = 0; g < shape.window.groups; ++g) {
                gemm_tn<Backend, T>(
                    c, n, shape.pixels(), {x.data + g * c, x.stride}, {dy.data + g * n, dy.stride},
                    {dweight + g * n, shape.out_channels},
                    {.magnitude = magnitude == nullptr ? nullptr : magnitude + g * n}, workspace,
                    threads);
            }
            return;
        }
    }
    if constexpr (Methods.grouped) {
        using ThinGroups = detail::ThinGroupConvolution<Backend, T>;
        if (ThinGroups::applies(shape))
            return ThinGroups(shape, workspace, threads).backward_weight(x, dy, dweight, magnitude);
    }
    if constexpr (Methods.gathered)
        detail::GatheredConvolution<Backend, T>(shape, workspace, threads)
            .backward_weight(x, dy, dweight, magnitude);
}

}  // namespace alrao::kernels
