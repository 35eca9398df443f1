#pragma once

#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <algorithm>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

/// Pooling of images with channels last: each pixel is a row of a matrix. The window is described by a
/// ConvolutionShape with dilation 1 and as many output as input channels. Each result is computed by one
/// thread in a fixed order, so the bits do not depend on the number of threads.
namespace alrao::kernels {

namespace detail {

/// The taps of a window that are inside the image, along one axis.
struct Taps {
    std::size_t pixel, tap, count;  ///< the first pixel, its tap, and the number of taps
};
/// The taps at position `place` of the window, on an axis of `extent` pixels.
[[nodiscard]] constexpr Taps taps_within(const WindowAxis& axis, std::size_t place, std::size_t extent) {
    const std::size_t start = place * axis.stride;
    const std::size_t tap = start < axis.padding ? axis.padding - start : 0;
    const std::size_t pixel = start + tap - axis.padding;
    return {pixel, tap, std::min(axis.kernel - tap, extent - pixel)};
}

/// The positions of the window that cover a pixel, along one axis.
[[nodiscard]] constexpr Range places_over(const WindowAxis& axis, std::size_t pixel, std::size_t places) {
    const std::size_t at = pixel + axis.padding;
    const std::size_t begin = at < axis.kernel ? 0 : (at - axis.kernel) / axis.stride + 1;
    return {std::min(begin, places), std::min(at / axis.stride + 1, places)};
}

/// Calls f(pixel of y, first pixel of its image in x, vertical taps, horizontal taps) for all positions
/// of the window.
template <class F>
void for_each_place(const ConvolutionShape& shape, Threads& threads, F&& f) {
    const Window& window = shape.window;
    split_work(threads, shape.batch * shape.out_height, 1, shape.out_pixels() * shape.taps() * shape.channels,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t line = begin; line < end; ++line) {
                       const std::size_t image = line / shape.out_height * shape.height * shape.width;
                       const Taps down = taps_within(window.vertical, line % shape.out_height, shape.height);
                       for (std::size_t w = 0; w < shape.out_width; ++w) {
                           f(line * shape.out_width + w, image, down,
                             taps_within(window.horizontal, w, shape.width));
                       }
                   }
               });
}

/// dx[pixel] = sum over the windows that cover the pixel, in ascending order, of share(block, pixel of y,
/// tap, channel).
template <class Arch, class T, class Share>
void gather_gradient(const ConvolutionShape& shape, Matrix<T> dx, Threads& threads, Share&& share) {
    using Vector = Register<T, Arch>;
    const WindowAxis &down = shape.window.vertical, &across = shape.window.horizontal;
    const auto pixel_at = [&](std::size_t line, std::size_t w) {
        const std::size_t h = line % shape.height;
        const std::size_t image = line / shape.height * shape.out_height;
        const Range rows = places_over(down, h, shape.out_height);
        const Range columns = places_over(across, w, shape.out_width);
        T* const to = dx.row(line * shape.width + w);
        for_each_block<Arch, T>(0, shape.channels, [&](auto block, std::size_t first) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            Vector total[vectors];
            for (auto& each : total) each = Vector(T{0});
            for (std::size_t i = rows.begin; i < rows.end; ++i) {
                const std::size_t tap_row = (h + down.padding - i * down.stride) * across.kernel;
                for (std::size_t j = columns.begin; j < columns.end; ++j) {
                    const std::size_t place = (image + i) * shape.out_width + j;
                    const std::size_t tap = tap_row + w + across.padding - j * across.stride;
                    unroll<vectors>([&](auto v) {
                        total[v] = total[v] + share(block, place, tap, first + v * Vector::size);
                    });
                }
            }
            unroll<vectors>([&](auto v) { block.store(to + first + v * Vector::size, total[v]); });
        });
    };
    split_work(threads, shape.batch * shape.height, 1, shape.out_pixels() * shape.taps() * shape.channels,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t line = begin; line < end; ++line) {
                       for (std::size_t w = 0; w < shape.width; ++w) pixel_at(line, w);
                   }
               });
}

}  // namespace detail

/// Maximum pooling, per channel. y = the largest element of each window; NaN if the window contains one.
/// Padding is ignored.
/// @param taps [pixels of y][channels], contiguous, output: the number of the first tap that held the maximum,
/// for the backward pass; may be null
template <class Backend, class T>
void max_pool_forward(const ConvolutionShape& shape, Matrix<const T> x, Matrix<T> y, T* taps,
                      Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const std::size_t kernel_width = shape.window.horizontal.kernel;
    detail::for_each_place(
        shape, threads,
        [&](std::size_t place, std::size_t image, const detail::Taps& down, const detail::Taps& across) {
            const auto tap_number = [&](std::size_t i, std::size_t j) {
                return static_cast<T>((down.tap + i) * kernel_width + across.tap + j);
            };
            const std::size_t corner = image + down.pixel * shape.width + across.pixel;
            for_each_block<Arch, T>(0, shape.channels, [&](auto block, std::size_t first) {
                constexpr std::size_t vectors = decltype(block)::vectors;
                Vector best[vectors], which[vectors];
                unroll<vectors>([&](auto v) {
                    best[v] = block.load(x.row(corner) + first + v * Vector::size);
                    which[v] = Vector(tap_number(0, 0));
                });
                for (std::size_t i = 0; i < down.count; ++i) {
                    for (std::size_t j = 0; j < across.count; ++j) {
                        const T* from = x.row(corner + i * shape.width + j) + first;
                        const Vector number(tap_number(i, j));
                        unroll<vectors>([&](auto v) {
                            const Vector value = block.load(from + v * Vector::size);
                            // NaN counts as larger than all numbers, and the first NaN of a window is
                            // kept.
                            const auto better = !(value <= best[v]) && (best[v] == best[v]);
                            best[v] = select(better, value, best[v]);
                            which[v] = select(better, number, which[v]);
                        });
                    }
                }
                unroll<vectors>([&](auto v) {
                    const std::size_t c = first + v * Vector::size;
                    block.store(y.row(place) + c, best[v]);
                    if (taps != nullptr) block.store(taps + place * shape.channels + c, which[v]);
                });
            });
        });
}

/// The gradient of maximum pooling: each element of dy is added to the pixel at the tap that held the
/// maximum. All of dx is written.
template <class Backend, class T>
void max_pool_backward(const ConvolutionShape& shape, Matrix<const T> dy, const T* taps, Matrix<T> dx,
                       Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    detail::gather_gradient<Arch, T>(
        shape, dx, threads, [&](auto block, std::size_t place, std::size_t tap, std::size_t c) -> Vector {
            const Vector held = block.load(taps + place * shape.channels + c);
            return select(held == Vector(static_cast<T>(tap)), block.load(dy.row(place) + c), Vector(T{0}));
        });
}

/// Average pooling, per channel: y = the mean of each window; padding counts as zeros.
template <class Backend, class T>
void average_pool_forward(const ConvolutionShape& shape, Matrix<const T> x, Matrix<T> y, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const Vector share(T{1} / static_cast<T>(shape.taps()));
    detail::for_each_place(
        shape, threads,
        [&](std::size_t place, std::size_t image, const detail::Taps& down, const detail::Taps& across) {
            const std::size_t corner = image + down.pixel * shape.width + across.pixel;
            for_each_block<Arch, T>(0, shape.channels, [&](auto block, std::size_t first) {
                constexpr std::size_t vectors = decltype(block)::vectors;
                Vector total[vectors];
                for (auto& each : total) each = Vector(T{0});
                for (std::size_t i = 0; i < down.count; ++i) {
                    for (std::size_t j = 0; j < across.count; ++j) {
                        const T* from = x.row(corner + i * shape.width + j) + first;
                        unroll<vectors>(
                            [&](auto v) { total[v] = total[v] + block.load(from + v * Vector::size); });
                    }
                }
                unroll<vectors>(
                    [&](auto v) { block.store(y.row(place) + first + v * Vector::size, total[v] * share); });
            });
        });
}

/// The gradient of average pooling: dx = sum of dy / (number of taps) over the windows that cover the
/// pixel.
template <class Backend, class T>
void average_pool_backward(const ConvolutionShape& shape, Matrix<const T> dy, Matrix<T> dx,
                           Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const Vector share(T{1} / static_cast<T>(shape.taps()));
    detail::gather_gradient<Arch, T>(
        shape, dx, threads, [&](auto block, std::size_t place, std::size_t, std::size_t c) -> Vector {
            return block.load(dy.row(place) + c) * share;
        });
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
