#pragma once

#include <alrao/kernels/convolution/detail/depthwise_cover.hpp>
#include <alrao/kernels/convolution/detail/depthwise_tile.hpp>
#include <alrao/kernels/convolution/detail/product.hpp>
#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/gemm/magnitudes.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/normalization/row_pieces.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// Convolutions with one filter per channel; registers hold neighbouring channels. 3x3 windows are
/// computed in patches of 2x4 outputs, in which a pixel is loaded once for up to six outputs; other windows
/// pixel by pixel. The sum of an output is one chain of multiply-adds over its taps, in ascending order
/// of the pixels.
template <class Backend, class T>
class DepthwiseConvolution {
    using Arch = typename Backend::arch;
    using V = Register<T, Arch>;
    using Cover = DepthwiseCover<T>;

public:
    static constexpr std::size_t workspace(const ConvolutionShape& s, int threads) {
        return row_size(s) + static_cast<std::size_t>(threads) * magnitude_row(s.channels);
    }

    /// The weights of a tap are one row of channels; the rows of consecutive taps are `tap_rows` rows
    /// apart.
    DepthwiseConvolution(const ConvolutionShape& shape, T* workspace, Threads& threads,
                         std::size_t tap_rows = 1)
        : s_(shape),
          zeros_(workspace),
          rows_(workspace + row_size(shape)),
          threads_(threads),
          tap_rows_(tap_rows) {
        std::fill_n(zeros_, row_size(shape), T{0});
    }

    void forward(Matrix<const T> x, const T* weight, Matrix<T> y, const Epilogue<T>& epilogue) {
        on_threads(epilogue.magnitude, [&](int thread, int count, T* magnitude) {
            Epilogue<T> mine = epilogue;
            mine.magnitude = magnitude;
            multiply({forward_pixels(x),
                      false,
                      {weight, s_.channels},
                      tap_rows_,
                      kernel_width(),
                      {y, s_.out_height, s_.out_width},
                      s_.channels,
                      mine},
                     thread, count);
        });
    }

    void backward_input(Matrix<const T> dy, const T* weight, Matrix<T> dx, bool accumulate = false) {
        const Window& w = s_.window;
        // With a stride, the gradient is computed in several parts. They are computed image by image, so
        // that an image stays in the caches.
        const bool apart = w.vertical.stride > 1 || w.horizontal.stride > 1;
        const std::size_t step = apart ? 1 : s_.batch;
        on_threads(nullptr, [&](int thread, int count, T*) {
            for (std::size_t image = 0; image < s_.batch; image += step) {
                for (std::size_t v = 0; v < w.vertical.stride; ++v) {
                    for (std::size_t h = 0; h < w.horizontal.stride; ++h) {
                        const TapGrid grid{
                            step, backward_axis(w.vertical, s_.height, s_.out_height, v).ascending(),
                            backward_axis(w.horizontal, s_.width, s_.out_width, h).ascending()};
                        const T* const from = dy.row(image * s_.out_height * s_.out_width);
                        T* const to = dx.row(image * s_.height * s_.width);
                        multiply({{grid, {from, dy.stride}, s_.channels, zeros_},
                                  false,
                                  {weight, s_.channels},
                                  tap_rows_,
                                  kernel_width(),
                                  {{to, dx.stride}, s_.height, s_.width},
                                  s_.channels,
                                  {.accumulate = accumulate}},
                                 thread, count);
                    }
                }
            }
        });
    }

    /// The gradient of the weights. Threads split the channels, so each sum is computed by one thread.
    void backward_weight(Matrix<const T> x, Matrix<const T> dy, T* dweight, T* magnitude,
                         bool accumulate = false) {
        const GatheredPixels<T> a = forward_pixels(x);
        on_threads(magnitude, [&](int thread, int count, T* mine) {
            const Range channels = split_range(s_.channels, count, thread, V::size);
            if (channels.empty()) return;
            for (std::size_t t = 0; t < s_.taps() && !accumulate; ++t)
                std::fill_n(tap(dweight, t) + channels.begin, channels.size(), T{0});
            // GridPixels needs a pointer to non-const elements, but they are not written.
            const GridPixels<T> gradients{{const_cast<T*>(dy.data), dy.stride}, s_.out_height, s_.out_width};
            const std::size_t lines = s_.batch * Cover::pairs(a.grid);
            Cover::visit(
                a, gradients, {0, lines},
                [&](const auto& patch) {
                    std::array<T*, 9> sums;
                    for (std::size_t t = 0; t < sums.size(); ++t)
                        sums[t] = tap(dweight, a.grid.kernel_tap(t, kernel_width()));
                    depthwise_weights<Arch>(patch, sums.data(), channels);
                },
                [&](const Cell& cell, const T* gradient) { add_pixel(a, cell, gradient, channels, dweight); },
                [](const Cell&, std::size_t) {});
            for (std::size_t t = 0; t < s_.taps() && mine != nullptr; ++t)
                raise(tap(dweight, t), channels, mine);
        });
    }

private:
    static constexpr std::size_t row_size(const ConvolutionShape& s) { return rounded_up(s.channels, 16); }
    [[nodiscard]] std::size_t kernel_width() const { return s_.window.horizontal.kernel; }
    [[nodiscard]] T* tap(T* weights, std::size_t number) const {
        return weights + number * tap_rows_ * s_.channels;
    }

    [[nodiscard]] GatheredPixels<T> forward_pixels(Matrix<const T> x) const {
        const Window& w = s_.window;
        return {{s_.batch, forward_axis(w.vertical, s_.height, s_.out_height),
                 forward_axis(w.horizontal, s_.width, s_.out_width)},
                x,
                s_.channels,
                zeros_};
    }

    template <class Work>
    void on_threads(T* magnitude, const Work& work) const {
        with_magnitudes(threads_, s_.out_pixels() * s_.weights() < 50'000, s_.channels, magnitude, rows_,
                        work);
    }

    void multiply(const GatheredRows<T>& product, int thread, int count) const {
        const TapGrid& grid = product.a.grid;
        if (grid.cells() == 0) return;
        const Range lines = split_range(grid.images * Cover::pairs(grid), count, thread);
        if (lines.empty()) return;
        const T* const first = product.c.at(grid, Cover::first_of_line(grid, lines.begin));
        PieceFollower<Arch, T> written(product.epilogue.pieces, first, s_.channels);
        Cover::visit(
            product.a, product.c, lines,
            [&](const auto& patch) {
                std::array<const T*, 9> weights;
                for (std::size_t t = 0; t < weights.size(); ++t) weights[t] = product.tap_weights(t).data;
                depthwise_outputs<Arch>(patch, weights.data(), s_.channels, product.epilogue);
            },
            [&](const Cell& cell, T* to) { multiply_pixel(product, cell, to); },
            [&](const Cell& line, std::size_t rows) {
                const T* const last =
                    product.c.at(grid, {line.image, line.row + rows - 1, grid.horizontal.places - 1});
                written.reach(static_cast<std::size_t>(last - first) / product.c.pixels.stride + 1);
            });
    }

    /// Calls f(first tap, number of taps, pointers to their pixels) for the taps of a cell, in groups.
    template <class F>
    static void for_taps(const GatheredPixels<T>& a, const Cell& cell, F&& f) {
        constexpr std::size_t most = 32;
        std::array<const T*, most> from;
        std::size_t t = 0;
        do {
            const std::size_t count = std::min(most, a.grid.taps() - t);
            for (std::size_t i = 0; i < count; ++i) from[i] = a.at(cell, t + i);
            f(t, count, from.data());
            t += count;
        } while (t < a.grid.taps());
    }

    /// Computes one output of any window. The sums are kept in memory between the groups of taps.
    void multiply_pixel(const GatheredRows<T>& product, const Cell& cell, T* to) const {
        const std::size_t taps = product.a.grid.taps();
        for_taps(product.a, cell, [&](std::size_t first, std::size_t count, const T* const* from) {
            std::array<const T*, 32> weights;
            for (std::size_t i = 0; i < count; ++i) weights[i] = product.tap_weights(first + i).data;
            for_each_block<Arch, T>(0, s_.channels, [&](auto block, std::size_t c) {
                constexpr std::size_t vectors = decltype(block)::vectors;
                V sum[vectors];
                unroll<vectors>([&](auto i) {
                    sum[i] = first == 0 && !product.epilogue.accumulate ? V(T{0})
                                                                        : block.load(to + c + i * V::size);
                });
                for (std::size_t t = 0; t < count; ++t) {
                    unroll<vectors>([&](auto i) {
                        sum[i] = madd<Arch, T>(block.load(from[t] + c + i * V::size),
                                               block.load(weights[t] + c + i * V::size), sum[i]);
                    });
                }
                unroll<vectors>([&](auto i) {
                    const std::size_t channel = c + i * V::size;
                    if (first + count == taps) {
                        store_output<Arch>(block, to, channel, product.epilogue, sum[i]);
                    } else {
                        block.store(to + channel, sum[i]);
                    }
                });
            });
        });
    }

    /// Adds the contribution of one output's gradient to the gradients of the weights, for any window.
    void add_pixel(const GatheredPixels<T>& a, const Cell& cell, const T* gradient, Range channels,
                   T* dweight) const {
        for_taps(a, cell, [&](std::size_t first, std::size_t count, const T* const* from) {
            for (std::size_t t = 0; t < count; ++t) {
                if (from[t] == a.zeros) continue;
                T* const sums = tap(dweight, a.grid.kernel_tap(first + t, kernel_width()));
                for_each_vector<Arch, T>(channels.begin, channels.end, [&](auto vector, std::size_t c) {
                    vector.store(sums + c, madd<Arch, T>(vector.load(from[t] + c), vector.load(gradient + c),
                                                         vector.load(sums + c)));
                });
            }
        });
    }

    /// Sets the magnitudes of some channels to the maximum of their old values and |values|.
    static void raise(const T* values, Range channels, T* magnitude) {
        for (std::size_t c = channels.begin; c < channels.end; ++c)
            magnitude[c] = magnitude_max(magnitude[c], std::abs(values[c]));
    }

    ConvolutionShape s_;
    T* zeros_;
    T* rows_;
    Threads& threads_;
    std::size_t tap_rows_;
};

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
