#pragma once

#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/simd.hpp>
#include <alrao/tensor/threads.hpp>

#include <array>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// Rows x Columns neighbouring outputs of a 3x3 depthwise convolution, and the pixels that they read.
/// Each pixel is loaded once for all outputs.
template <class T, std::size_t Rows, std::size_t Columns, std::size_t Stride>
struct DepthwisePatch {
    static constexpr std::size_t rows = Rows, columns = Columns, stride = Stride, kernel = 3;
    static constexpr std::size_t height = (Rows - 1) * Stride + kernel;
    static constexpr std::size_t width = (Columns - 1) * Stride + kernel;

    std::array<const T*, height * width> from;  ///< the pixels that are read, including padding
    std::array<T*, Rows * Columns> at;          ///< the pixels of the outputs or of their gradients

    /// Calls add(load(pixel), output, tap) for all taps of all outputs. The taps of an output and the
    /// outputs of a tap are visited in ascending order. All loops are unrolled, so that sums are kept in
    /// registers.
    template <class Load, class Add>
    [[gnu::always_inline]] static void for_each_tap(Load&& load, Add&& add) {
#pragma GCC unroll 16
        for (std::size_t r = 0; r < height; ++r) {
#pragma GCC unroll 16
            for (std::size_t q = 0; q < width; ++q) {
                const auto pixel = load(r * width + q);
#pragma GCC unroll 4
                for (std::size_t i = 0; i < Rows; ++i) {
#pragma GCC unroll 8
                    for (std::size_t j = 0; j < Columns; ++j) {
                        const std::size_t y = r - i * Stride, x = q - j * Stride;
                        if (y < kernel && x < kernel) add(pixel, i * Columns + j, y * kernel + x);
                    }
                }
            }
        }
    }
};

/// Applies the epilogue to a sum and stores it. The magnitude becomes the maximum of its old value and the
/// new one.
template <class Arch, class T, class Vector>
[[gnu::always_inline]] inline void store_output(const Vector& vector, T* to, std::size_t channel,
                                                const Epilogue<T>& epilogue, Register<T, Arch> value) {
    using V = Register<T, Arch>;
    if (epilogue.bias != nullptr) value = value + vector.load(epilogue.bias + channel);
    if (epilogue.magnitude != nullptr) {
        T* const place = epilogue.magnitude + channel;
        const auto bits = xsimd::bitwise_cast<Register<MagnitudeBits<T>, Arch>>(vector.load(place));
        vector.store(place, xsimd::bitwise_cast<V>(magnitude_max<T, Arch>(bits, value)));
    }
    vector.store(to + channel, epilogue.activation == Activation::relu ? relu<T, Arch>(value) : value);
}

/// Computes the outputs of a patch for all channels. weights[t] points to the row of channels of tap t.
template <class Arch, class Patch, class T>
void depthwise_outputs(const Patch& patch, const T* const* weights, std::size_t channels,
                       const Epilogue<T>& epilogue) {
    using V = Register<T, Arch>;
    constexpr std::size_t outputs = Patch::rows * Patch::columns;
    for_each_vector<Arch, T>(0, channels, [&](auto vector, std::size_t c) {
        V weight[9], sum[outputs];
#pragma GCC unroll 16
        for (std::size_t t = 0; t < 9; ++t) weight[t] = vector.load(weights[t] + c);
#pragma GCC unroll 16
        for (std::size_t o = 0; o < outputs; ++o)
            sum[o] = epilogue.accumulate ? vector.load(patch.at[o] + c) : V(T{0});
        Patch::for_each_tap(
            [&](std::size_t p) __attribute__((always_inline)) { return vector.load(patch.from[p] + c); },
            [&](const V& pixel, std::size_t o, std::size_t t)
                __attribute__((always_inline)) { sum[o] = madd<Arch, T>(pixel, weight[t], sum[o]); });
#pragma GCC unroll 16
        for (std::size_t o = 0; o < outputs; ++o)
            store_output<Arch>(vector, patch.at[o], c, epilogue, sum[o]);
    });
}

/// Adds the products of a patch's output gradients (patch.at) and pixels to the gradients of the weights:
/// sums[t] += the terms of tap t.
template <class Arch, class Patch, class T>
void depthwise_weights(const Patch& patch, T* const* sums, Range channels) {
    using V = Register<T, Arch>;
    constexpr std::size_t outputs = Patch::rows * Patch::columns;
    for_each_vector<Arch, T>(channels.begin, channels.end, [&](auto vector, std::size_t c) {
        V sum[9], gradient[outputs];
#pragma GCC unroll 16
        for (std::size_t t = 0; t < 9; ++t) sum[t] = vector.load(sums[t] + c);
#pragma GCC unroll 16
        for (std::size_t o = 0; o < outputs; ++o) gradient[o] = vector.load(patch.at[o] + c);
        Patch::for_each_tap(
            [&](std::size_t p) __attribute__((always_inline)) { return vector.load(patch.from[p] + c); },
            [&](const V& pixel, std::size_t o, std::size_t t)
                __attribute__((always_inline)) { sum[t] = madd<Arch, T>(pixel, gradient[o], sum[t]); });
#pragma GCC unroll 16
        for (std::size_t t = 0; t < 9; ++t) vector.store(sums[t] + c, sum[t]);
    });
}

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
