#pragma once

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

/// Convolutions with a filter per channel: vectors lie along channels. 3x3 windows go by patches of
/// 2x4 outputs, so that a pixel is loaded once for up to nine sums; others pixel by pixel. An
/// output is one chain of madd over its taps, in ascending order of the pixels they look at.
template <class Backend, class T>
class DepthwiseConvolution {
    using Arch = typename Backend::arch;
    using V = Register<T, Arch>;

public:
    static constexpr std::size_t workspace(const ConvolutionShape& s, int threads) {
        return row_size(s) + static_cast<std::size_t>(threads) * magnitude_row(s.channels);
    }

    /// Weights of a tap are one row of channels, `tap_rows` rows after those of the tap before.
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
        // Places that a stride tells apart come one after the other: image by image, so that these
        // stay in the caches.
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

    /// Threads split channels: a weight's sum over pixels is one thread's.
    void backward_weight(Matrix<const T> x, Matrix<const T> dy, T* dweight, T* magnitude,
                         bool accumulate = false) {
        const GatheredPixels<T> a = forward_pixels(x);
        on_threads(magnitude, [&](int thread, int count, T* mine) {
            const Range channels = split_range(s_.channels, count, thread, V::size);
            if (channels.empty()) return;
            for (std::size_t t = 0; t < s_.taps() && !accumulate; ++t)
                std::fill_n(tap(dweight, t) + channels.begin, channels.size(), T{0});
            // Nothing is written through it.
            const GridPixels<T> gradients{{const_cast<T*>(dy.data), dy.stride}, s_.out_height, s_.out_width};
            const std::size_t lines = s_.batch * pairs(a.grid);
            visit(
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

    /// Pairs of rows of an image.
    static std::size_t pairs(const TapGrid& grid) { return (grid.vertical.places + 1) / 2; }

    void multiply(const GatheredRows<T>& product, int thread, int count) const {
        const TapGrid& grid = product.a.grid;
        if (grid.cells() == 0) return;
        const Range lines = split_range(grid.images * pairs(grid), count, thread);
        if (lines.empty()) return;
        const T* const first = product.c.at(grid, first_of_line(grid, lines.begin));
        PieceFollower<Arch, T> written(product.epilogue.pieces, first, s_.channels);
        visit(
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

    [[nodiscard]] static Cell first_of_line(const TapGrid& grid, std::size_t line) {
        return {line / pairs(grid), line % pairs(grid) * 2, 0};
    }

    /// Covers pairs of rows of a grid by patches, or where its taps are no 3x3 window by single
    /// pixels: on_patch(patch) or on_pixel(cell, pixel of `at`). After each pair on_pair(its first
    /// cell, rows).
    template <class OnPatch, class OnPixel, class OnPair>
    void visit(const GatheredPixels<T>& a, const GridPixels<T>& at, Range lines, OnPatch&& on_patch,
               OnPixel&& on_pixel, OnPair&& on_pair) const {
        const TapGrid& grid = a.grid;
        const auto is_patch = [&](std::ptrdiff_t stride) {
            const auto is = [&](const TapAxis& axis) {
                return axis.taps == 3 && axis.step == 1 && axis.scale == stride;
            };
            return is(grid.vertical) && is(grid.horizontal);
        };
        for (std::size_t line = lines.begin; line < lines.end; ++line) {
            const Cell first = first_of_line(grid, line);
            const std::size_t rows = std::min<std::size_t>(2, grid.vertical.places - first.row);
            const auto cover = [&]<std::size_t Stride>() {
                if (rows == 2) {
                    cover_rows<2, Stride>(a, at, first, on_patch);
                } else {
                    cover_rows<1, Stride>(a, at, first, on_patch);
                }
            };
            if (is_patch(1)) {
                cover.template operator()<1>();
            } else if (is_patch(2)) {
                cover.template operator()<2>();
            } else {
                for (std::size_t r = 0; r < rows; ++r) {
                    for (std::size_t q = 0; q < grid.horizontal.places; ++q) {
                        const Cell cell{first.image, first.row + r, q};
                        on_pixel(cell, at.at(grid, cell));
                    }
                }
            }
            on_pair(first, rows);
        }
    }

    template <std::size_t Rows, std::size_t Stride, class OnPatch>
    static void cover_rows(const GatheredPixels<T>& a, const GridPixels<T>& at, Cell cell,
                           OnPatch&& on_patch) {
        const std::size_t end = a.grid.horizontal.places;
        const auto cover = [&]<std::size_t Columns>() {
            for (; cell.column + Columns <= end; cell.column += Columns) {
                const auto patch = patch_at<Rows, Columns, Stride>(a, at, cell);
                fetch_rows_below(patch, a, at);
                on_patch(patch);
            }
        };
        cover.template operator()<4>();
        cover.template operator()<2>();
        cover.template operator()<1>();
    }

    /// Calls what the patch below this one has to itself into the second cache: the hardware does
    /// not follow so many rows at once. (Inlined, or g++ takes it for a function without effect.)
    template <std::size_t Rows, std::size_t Columns, std::size_t Stride>
    [[gnu::always_inline]] static void fetch_rows_below(const DepthwisePatch<T, Rows, Columns, Stride>& patch,
                                                        const GatheredPixels<T>& a, const GridPixels<T>& at) {
        constexpr std::size_t line = 64 / sizeof(T);
        using Patch = DepthwisePatch<T, Rows, Columns, Stride>;
        const std::size_t row = a.grid.horizontal.extent * a.pixels.stride;
        for (std::size_t r = Patch::height - Rows * Stride; r < Patch::height; ++r) {
            const T* const from = patch.from[r * Patch::width + Patch::width - Columns * Stride];
            if (from == a.zeros) continue;
            const T* const below = from + Rows * Stride * row;
            for (std::size_t i = 0; i < Columns * Stride * a.pixels.stride; i += line)
                __builtin_prefetch(below + i, 0, 2);
        }
        for (std::size_t r = 0; r < Rows; ++r) {
            const T* const below = patch.at[r * Columns] + Rows * at.width * at.pixels.stride;
            for (std::size_t i = 0; i < Columns * at.pixels.stride; i += line)
                __builtin_prefetch(below + i, 1, 2);
        }
    }

    template <std::size_t Rows, std::size_t Columns, std::size_t Stride>
    static auto patch_at(const GatheredPixels<T>& a, const GridPixels<T>& at, const Cell& cell) {
        using Patch = DepthwisePatch<T, Rows, Columns, Stride>;
        Patch patch;
        const TapAxis &vertical = a.grid.vertical, &horizontal = a.grid.horizontal;
        const std::ptrdiff_t top = vertical.coordinate(cell.row, 0);
        const std::ptrdiff_t left = horizontal.coordinate(cell.column, 0);
        const T** from = patch.from.data();
        for (std::size_t r = 0; r < Patch::height; ++r) {
            const std::ptrdiff_t y = top + static_cast<std::ptrdiff_t>(r);
            const bool in_row = vertical.inside(y);
            const std::size_t row = cell.image * vertical.extent + static_cast<std::size_t>(y);
            const T* const pixels = in_row ? a.pixels.row(row * horizontal.extent) : a.zeros;
            for (std::size_t q = 0; q < Patch::width; ++q) {
                const std::ptrdiff_t x = left + static_cast<std::ptrdiff_t>(q);
                *from++ = in_row && horizontal.inside(x)
                              ? pixels + static_cast<std::size_t>(x) * a.pixels.stride
                              : a.zeros;
            }
        }
        T** to = patch.at.data();
        for (std::size_t r = 0; r < Rows; ++r) {
            for (std::size_t q = 0; q < Columns; ++q)
                *to++ = at.at(a.grid, {cell.image, cell.row + r, cell.column + q});
        }
        return patch;
    }

    /// f(first tap, taps, pixels they look at) for the taps of a cell, some at a time.
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

    /// One output of any window: sums wait in memory between tables of taps.
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

    /// What one output's gradient gives the weights of any window.
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
