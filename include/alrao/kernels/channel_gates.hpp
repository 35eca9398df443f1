#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/pixel_sums.hpp>
#include <alrao/kernels/vector.hpp>

#include <cstddef>

/// The channels of images, each scaled by a number of its own: x [images * pixels][channels],
/// gates [images][channels].
namespace alrao::kernels {

/// y = x gate; y may be x.
template <class Backend, class T>
void gate_channels(std::size_t images, std::size_t pixels, std::size_t channels, Matrix<const T> x,
                   Matrix<const T> gates, Matrix<T> y, Threads& threads) {
    using Arch = typename Backend::arch;
    const auto rows = [&](std::size_t begin, std::size_t end) {
        for (std::size_t row = begin; row < end; ++row) {
            for_each_vector<Arch, T>(0, channels, [&](auto vector, std::size_t c) {
                vector.store(y.row(row) + c, vector.load(x.row(row) + c) *
                                                 vector.load(gates.row(row / pixels) + c));
            });
        }
    };
    split_work(threads, images * pixels, 1, images * pixels * channels, rows);
}

/// The gradients of the gates: sum over an image's pixels of dy x.
template <class Backend, class T>
void gate_gradients(std::size_t images, std::size_t pixels, std::size_t channels, Matrix<const T> x,
                    Matrix<const T> dy, Matrix<T> dgates, Threads& threads) {
    detail::sum_pixels<typename Backend::arch, T>(
        images, pixels, channels, T{1}, dgates, threads,
        [&](auto block, std::size_t row, std::size_t c) {
            return block.load(dy.row(row) + c) * block.load(x.row(row) + c);
        });
}

/// The gradient of x where its means have a gradient too: dx = dy gate + dmeans / pixels. dx may be dy.
template <class Backend, class T>
void gate_channels_backward(std::size_t images, std::size_t pixels, std::size_t channels,
                            Matrix<const T> dy, Matrix<const T> gates, Matrix<const T> dmeans,
                            Matrix<T> dx, Threads& threads) {
    using Arch = typename Backend::arch;
    const Batch<T, Arch> share(T{1} / static_cast<T>(pixels));
    const auto rows = [&](std::size_t begin, std::size_t end) {
        for (std::size_t row = begin; row < end; ++row) {
            const std::size_t image = row / pixels;
            for_each_vector<Arch, T>(0, channels, [&](auto vector, std::size_t c) {
                const auto level = vector.load(dmeans.row(image) + c) * share;
                vector.store(dx.row(row) + c, madd(vector.load(dy.row(row) + c),
                                                   vector.load(gates.row(image) + c), level));
            });
        }
    };
    split_work(threads, images * pixels, 1, images * pixels * channels, rows);
}

}  // namespace alrao::kernels
