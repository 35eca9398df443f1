#pragma once

#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/simd.hpp>

#include <algorithm>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// Applies the epilogue (bias, magnitude, activation) to C[m, n] in a separate pass. The maxima include
/// the values that `epilogue.magnitude` already holds. The bits are those of a fused epilogue, because
/// each element goes through the same operations in the same order.
template <class Arch, class T>
void raise_epilogue(std::size_t m, std::size_t n, Matrix<T> c, const Epilogue<T>& epilogue) {
    constexpr std::size_t width = register_width<T, Arch>;
    constexpr std::size_t rows_at_once = 8;  // magnitudes are loaded and stored once per this many rows
    const T* const bias = epilogue.bias;
    T* const magnitude = epilogue.magnitude;
    const bool rectify = epilogue.activation == Activation::relu;
    const bool changes = bias != nullptr || rectify;
    if (!changes && magnitude == nullptr) return;
    for (std::size_t first = 0; first < m; first += rows_at_once) {
        const std::size_t end = std::min(m, first + rows_at_once);
        for_each_block<Arch, T>(0, n, [&](auto block, std::size_t j) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            Largest<Arch, T> seen[vectors];
            if (magnitude != nullptr)
                unroll<vectors>([&](auto v) { seen[v].see(block.load(magnitude + j + v * width)); });
            for (std::size_t i = first; i < end; ++i) {
                T* const at = c.row(i) + j;
                unroll<vectors>([&](auto v) {
                    Register<T, Arch> x = block.load(at + v * width);
                    if (bias != nullptr) x = x + block.load(bias + j + v * width);
                    if (magnitude != nullptr) seen[v].see(x);
                    if (changes) block.store(at + v * width, rectify ? relu<T, Arch>(x) : x);
                });
            }
            if (magnitude != nullptr)
                unroll<vectors>([&](auto v) { block.store(magnitude + j + v * width, seen[v].value()); });
        });
    }
}

/// Like `raise_epilogue`, but ignores the values that `epilogue.magnitude` held before.
template <class Arch, class T>
void apply_epilogue(std::size_t m, std::size_t n, Matrix<T> c, const Epilogue<T>& epilogue) {
    if (epilogue.magnitude != nullptr) std::fill_n(epilogue.magnitude, n, T{0});
    raise_epilogue<Arch>(m, n, c, epilogue);
}

/// Computes a product with k = 0, or with m or n = 0. A and B are not read and may be null.
template <class Arch, class T>
void finish_empty_sum(const Product<T>& product) {
    for (std::size_t i = 0; i < product.m && !product.epilogue.accumulate; ++i)
        std::fill_n(product.c.row(i), product.n, T{0});
    apply_epilogue<Arch>(product.m, product.n, product.c, product.epilogue);
}

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
