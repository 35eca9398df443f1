#pragma once

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

namespace alrao::kernels {

namespace detail {

/// to[image][c] = factor * sum over the image's pixels of term(block, row, c). Pixels are summed in
/// pieces of `piece_rows` rows, which are added in order. The sums of an image depend only on this image.
template <class Arch, class T, class Term>
void sum_pixels(std::size_t images, std::size_t pixels, std::size_t channels, T factor, Matrix<T> to,
                Threads& threads, Term&& term) {
    using Vector = Register<T, Arch>;
    const std::size_t across = (channels + tile_columns - 1) / tile_columns;
    const auto tile = [&](std::size_t image, std::size_t begin, std::size_t end) {
        for_each_block<Arch, T>(begin, end, [&](auto block, std::size_t first) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            Vector total[vectors];
            for (auto& each : total) each = Vector(T{0});
            for (std::size_t p = 0; p < pixels; p += piece_rows) {
                Vector piece[vectors];
                for (auto& each : piece) each = Vector(T{0});
                const std::size_t last = std::min(pixels, p + piece_rows);
                for (std::size_t row = image * pixels + p; row < image * pixels + last; ++row) {
                    unroll<vectors>(
                        [&](auto v) { piece[v] = piece[v] + term(block, row, first + v * Vector::size); });
                }
                unroll<vectors>([&](auto v) { total[v] = total[v] + piece[v]; });
            }
            unroll<vectors>(
                [&](auto v) { block.store(to.row(image) + first + v * Vector::size, total[v] * factor); });
        });
    };
    split_work(threads, images * across, 1, images * pixels * channels,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t item = begin; item < end; ++item) {
                       const std::size_t column = item % across * tile_columns;
                       tile(item / across, column, std::min(channels, column + tile_columns));
                   }
               });
}

}  // namespace detail

/// means[image][c] = mean over the image's pixels of x[image * pixels + pixel][c].
template <class Backend, class T>
void pixel_means(std::size_t images, std::size_t pixels, std::size_t channels, Matrix<const T> x,
                 Matrix<T> means, Threads& threads) {
    detail::sum_pixels<typename Backend::arch, T>(
        images, pixels, channels, T{1} / static_cast<T>(pixels), means, threads,
        [&](auto block, std::size_t row, std::size_t c) { return block.load(x.row(row) + c); });
}

/// The gradient of the means: dx[image * pixels + pixel][c] = dmeans[image][c] / pixels.
template <class Backend, class T>
void pixel_means_backward(std::size_t images, std::size_t pixels, std::size_t channels,
                          Matrix<const T> dmeans, Matrix<T> dx, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const Vector share(T{1} / static_cast<T>(pixels));
    split_work(threads, images * pixels, 1, images * pixels * channels,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t row = begin; row < end; ++row) {
                       for_each_vector<Arch, T>(0, channels, [&](auto vector, std::size_t c) {
                           vector.store(dx.row(row) + c, vector.load(dmeans.row(row / pixels) + c) * share);
                       });
                   }
               });
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
