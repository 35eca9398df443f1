#pragma once

#include <alrao/kernels/convolution/detail/own.hpp>
#include <alrao/kernels/convolution/detail/product.hpp>
#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/gemm/magnitudes.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// From this number of images on, the output is divided into runs of positions with the same live taps, and
/// each run is computed by one product.
inline constexpr std::size_t images_worth_runs = 12;

/// Up to this number of channels it is faster to join the taps of a kernel row, even for few images.
inline constexpr std::size_t most_thin_channels = 16;

/// If the output is at most this high or wide, so many taps read padding that the gradient of the weights is
/// computed separately for each tap.
inline constexpr std::size_t largest_map_by_taps = 8;

/// Convolutions of any shape as matrix products whose left factor is gathered from the pixels that the
/// taps read.
template <class Backend, class T>
class GatheredConvolution {
    using Kernel = GatheredKernel<Backend>;

public:
    static constexpr std::size_t workspace(const ConvolutionShape& s, int threads) {
        const auto count = static_cast<std::size_t>(threads);
        return zeros_size(s) +
               count * (magnitude_row(s.out_channels) + rounded_up(Kernel::template workspace<T>(s), 16));
    }

    GatheredConvolution(const ConvolutionShape& shape, T* workspace, Threads& threads)
        : s_(shape), workspace_(workspace), threads_(threads) {
        std::fill_n(workspace, zeros_size(shape), T{0});
    }

    void forward(Matrix<const T> x, const T* weight, Matrix<T> y, const Epilogue<T>& epilogue) {
        const Window& w = s_.window;
        const TapAxis vertical = forward_axis(w.vertical, s_.height, s_.out_height);
        const TapAxis horizontal = forward_axis(w.horizontal, s_.width, s_.out_width);
        // If pixels are contiguous, the taps of a kernel row read contiguous memory and count as one.
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
                                      backward_axis(w.horizontal, s_.width, s_.out_width, h), apart(),
                                      [&](const TapGrid& grid) {
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

    /// True if the output is divided into runs (see images_worth_runs).
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
        with_magnitudes(threads_, s_.out_pixels() * s_.weights() < 100'000, s_.out_channels, magnitude,
                        workspace_ + zeros_size(s_), work);
    }

    ConvolutionShape s_;
    T* workspace_;
    Threads& threads_;
};

}  // namespace alrao::kernels::detail
