#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/normalization/batch_norm.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <algorithm>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

/// Batch normalisation, ReLU and maximum pooling in one pass, forward and backward. Neither the
/// normalised images nor the positions of the maxima are stored; the backward pass computes them again,
/// with the same bits.
namespace alrao::kernels {

/// Windows that cover images without overlap or remainder: `rows` x `columns` windows per image. Windows
/// and pixels are numbered image by image, row by row.
struct DisjointWindows {
    std::size_t images, rows, columns;
    std::size_t height, width;  ///< the extents of a window in pixels

    /// The number of windows of all images.
    [[nodiscard]] constexpr std::size_t count() const { return images * rows * columns; }
    /// `corner` is the first pixel of a window, and pixel(corner, i, j) is the pixel in row i and column
    /// j of the window.
    [[nodiscard]] constexpr std::size_t corner(std::size_t window) const {
        return width * (window + window / columns * (height - 1) * columns);
    }
    [[nodiscard]] constexpr std::size_t pixel(std::size_t corner, std::size_t i, std::size_t j) const {
        return corner + i * columns * width + j;
    }
};

namespace detail {

/// True if `value` replaces `largest` as the maximum of a window. NaN counts as larger than all numbers,
/// and the first NaN is kept.
template <class Vector>
[[gnu::always_inline]] inline auto is_larger(const Vector& value, const Vector& largest) {
    return !(value <= largest) && (largest == largest);
}

}  // namespace detail

/// y[window] = the maximum over the window's pixels of
/// activation(scale (x - mean) / sqrt(variance + epsilon) + shift), per channel; NaN if there is one.
/// @param magnitude as for `batch_norm_apply`
template <class Backend, class T>
void batch_norm_pool(const DisjointWindows& windows, std::size_t channels, const BatchNormPoint<T>& at,
                     Matrix<T> y, T* magnitude, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const Vector floor(detail::activation_floor<T>(at.activation));
    if (magnitude != nullptr) std::fill_n(magnitude, channels, T{0});
    for_each_tile(threads, windows.count(), channels, [&](std::size_t, Range some, Range across) {
        T seen_most[tile_columns];
        for_each_block<Arch, T, 2>(across.begin, across.end, [&](auto block, std::size_t first) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            const detail::Normalizer<Arch, T, vectors> by(block, at, first);
            Largest<Arch, T> seen[vectors];
            detail::see_variances<Arch, T>(block, at, first, seen);
            for (std::size_t window = some.begin; window < some.end; ++window) {
                const std::size_t corner = windows.corner(window);
                Vector largest[vectors];
                for (auto& each : largest) each = floor;
                for (std::size_t i = 0; i < windows.height; ++i) {
                    for (std::size_t j = 0; j < windows.width; ++j) {
                        const T* const from = at.x.row(windows.pixel(corner, i, j)) + first;
                        unroll<vectors>([&](auto v) {
                            const Vector apart = block.load(from + v * Vector::size) - by.middle[v];
                            const Vector value = madd(apart, by.factor[v], by.offset[v]);
                            seen[v].see(value);
                            largest[v] = select(detail::is_larger(value, largest[v]), value, largest[v]);
                        });
                    }
                }
                unroll<vectors>(
                    [&](auto v) { block.store(y.row(window) + first + v * Vector::size, largest[v]); });
            }
            unroll<vectors>([&](auto v) {
                block.store(seen_most + (first - across.begin) + v * Vector::size, seen[v].value());
            });
        });
        if (magnitude == nullptr) return;
        for (std::size_t c = across.begin; c < across.end; ++c)
            merge_largest(magnitude[c], seen_most[c - across.begin]);
    });
}

namespace detail {

/// The gradients of scale (without the factor 1 / sqrt(variance + epsilon)) and of shift: sums over all
/// windows.
template <class Arch, class T>
void sum_pool_gradients(const DisjointWindows& windows, std::size_t channels, const BatchNormPoint<T>& at,
                        Matrix<const T> dy, T* dscale, T* dshift, T* workspace, Threads& threads) {
    using Vector = Register<T, Arch>;
    const Rows extent{windows.count(), channels};
    const Vector zero(T{0}), floor(activation_floor<T>(at.activation));
    T* const factors = workspace + 2 * piece_count(extent.rows) * channels;
    batch_norm_factors<Arch>(at, channels, factors);
    sum_columns<Arch, T, 2, 2>(
        extent, {dscale, dshift}, workspace, threads,
        [&](auto block, std::size_t window, std::size_t c, auto& sum) {
            const std::size_t corner = windows.corner(window);
            const Vector middle = block.load(at.mean + c), factor = block.load(factors + c);
            const Vector offset = block.load(at.shift + c);
            Vector largest = floor, apart_there(T{0});
            for (std::size_t i = 0; i < windows.height; ++i) {
                for (std::size_t j = 0; j < windows.width; ++j) {
                    const Vector apart = block.load(at.x.row(windows.pixel(corner, i, j)) + c) - middle;
                    const Vector value = madd(apart, factor, offset);
                    const auto larger = is_larger(value, largest);
                    largest = select(larger, value, largest);
                    apart_there = select(larger, apart, apart_there);
                }
            }
            const Vector above = select(largest <= floor, zero, block.load(dy.row(window) + c));
            sum[0] = madd(above, apart_there, sum[0]);
            sum[1] = sum[1] + above;
        });
}

/// The gradient of x, given those of scale and shift.
template <class Arch, class T>
void pool_input_gradient(const DisjointWindows& windows, std::size_t channels, const BatchNormPoint<T>& at,
                         Matrix<const T> dy, Matrix<T> dx, const T* dscale, const T* dshift,
                         Threads& threads) {
    using Vector = Register<T, Arch>;
    const Vector zero(T{0}), floor(activation_floor<T>(at.activation));
    const T share = T{1} / static_cast<T>(windows.count() * windows.height * windows.width);
    for_each_tile(threads, windows.count(), channels, [&](std::size_t, Range some, Range across) {
        for_each_block<Arch, T, 2>(across.begin, across.end, [&](auto block, std::size_t first) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            const NormalizerGradient<Arch, T, vectors> by(block, at, dscale, dshift, share, first);
            for (std::size_t window = some.begin; window < some.end; ++window) {
                const std::size_t corner = windows.corner(window);
                Vector largest[vectors], which[vectors];
                unroll<vectors>([&](auto v) {
                    largest[v] = floor;
                    which[v] = Vector(T{-1});
                });
                const auto for_each_pixel = [&](auto&& work) {
                    T number{0};
                    for (std::size_t i = 0; i < windows.height; ++i) {
                        for (std::size_t j = 0; j < windows.width; ++j, number += T{1}) {
                            const std::size_t pixel = windows.pixel(corner, i, j);
                            const T* const from = at.x.row(pixel) + first;
                            unroll<vectors>([&](auto v) {
                                work(v, pixel, Vector(number),
                                     block.load(from + v * Vector::size) - by.middle[v]);
                            });
                        }
                    }
                };
                for_each_pixel([&](auto v, std::size_t, const Vector& number, const Vector& apart) {
                    const Vector value = madd(apart, by.factor[v], by.offset[v]);
                    const auto larger = is_larger(value, largest[v]);
                    largest[v] = select(larger, value, largest[v]);
                    which[v] = select(larger, number, which[v]);
                });
                for_each_pixel([&](auto v, std::size_t pixel, const Vector& number, const Vector& apart) {
                    const std::size_t c = first + v * Vector::size;
                    const Vector above = select(which[v] == number, block.load(dy.row(window) + c), zero);
                    block.store(dx.row(pixel) + c, by(v, apart, above));
                });
            }
        });
    });
}

}  // namespace detail

/// The gradients as for `batch_norm_backward`, from the gradients dy of the windows' maxima. Within a
/// window, the first pixel with the maximum gets dy[window], unless the ReLU's output is 0 (or all are
/// minus infinity); the other pixels get 0. dx is not written if its data is null.
/// @param workspace batch_norm_workspace({windows.count(), channels}) elements
template <class Backend, class T>
void batch_norm_pool_backward(const DisjointWindows& windows, std::size_t channels,
                              const BatchNormPoint<T>& at, Matrix<const T> dy, Matrix<T> dx, T* dscale,
                              T* dshift, T* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    detail::sum_pool_gradients<Arch>(windows, channels, at, dy, dscale, dshift, workspace, threads);
    detail::batch_norm_scale_gradient<Arch>(at, channels, dscale);
    if (dx.data == nullptr) return;
    detail::pool_input_gradient<Arch, T>(windows, channels, at, dy, dx, dscale, dshift, threads);
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
