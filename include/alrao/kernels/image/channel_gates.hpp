#pragma once

#include <alrao/kernels/image/pixel_sums.hpp>
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

/// Kernels that scale each channel of an image by a gate: x [images * pixels][channels], gates
/// [images][channels].
namespace alrao::kernels {

/// y = x * gate, with the gate of the image and the channel; y may be x.
/// @param magnitude [channels], output: max over rows of |y|, compared as bits; may be null
template <class Backend, class T>
void gate_channels(std::size_t images, std::size_t pixels, std::size_t channels, Matrix<const T> x,
                   Matrix<const T> gates, Matrix<T> y, T* magnitude, Threads& threads) {
    using Arch = typename Backend::arch;
    if (magnitude != nullptr) std::fill_n(magnitude, channels, T{0});
    for_each_tile(threads, images * pixels, channels, [&](std::size_t, Range rows, Range across) {
        T largest[tile_columns];
        for_each_block<Arch, T>(across.begin, across.end, [&](auto block, std::size_t first) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            Largest<Arch, T> seen[vectors];
            for (std::size_t row = rows.begin; row < rows.end; ++row) {
                const T* gate = gates.row(row / pixels);
                unroll<vectors>([&](auto v) {
                    const std::size_t c = first + v * register_width<T, Arch>;
                    const auto value = block.load(x.row(row) + c) * block.load(gate + c);
                    seen[v].see(value);
                    block.store(y.row(row) + c, value);
                });
            }
            unroll<vectors>([&](auto v) {
                block.store(largest + (first - across.begin) + v * register_width<T, Arch>, seen[v].value());
            });
        });
        if (magnitude == nullptr) return;
        for (std::size_t c = across.begin; c < across.end; ++c)
            merge_largest(magnitude[c], largest[c - across.begin]);
    });
}

/// The gradients of the gates: dgates[image][c] = sum over the image's pixels of dy * x.
template <class Backend, class T>
void gate_gradients(std::size_t images, std::size_t pixels, std::size_t channels, Matrix<const T> x,
                    Matrix<const T> dy, Matrix<T> dgates, Threads& threads) {
    detail::sum_pixels<typename Backend::arch, T>(
        images, pixels, channels, T{1}, dgates, threads, [&](auto block, std::size_t row, std::size_t c) {
            return block.load(dy.row(row) + c) * block.load(x.row(row) + c);
        });
}

/// The gradient of x when the channel means of x also have a gradient: dx = dy * gate + dmeans / pixels.
/// dx may be dy.
template <class Backend, class T>
void gate_channels_backward(std::size_t images, std::size_t pixels, std::size_t channels, Matrix<const T> dy,
                            Matrix<const T> gates, Matrix<const T> dmeans, Matrix<T> dx, Threads& threads) {
    using Arch = typename Backend::arch;
    const Register<T, Arch> share(T{1} / static_cast<T>(pixels));
    const auto rows = [&](std::size_t begin, std::size_t end) {
        for (std::size_t row = begin; row < end; ++row) {
            const std::size_t image = row / pixels;
            for_each_vector<Arch, T>(0, channels, [&](auto vector, std::size_t c) {
                const auto level = vector.load(dmeans.row(image) + c) * share;
                vector.store(dx.row(row) + c,
                             madd(vector.load(dy.row(row) + c), vector.load(gates.row(image) + c), level));
            });
        }
    };
    split_work(threads, images * pixels, 1, images * pixels * channels, rows);
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
