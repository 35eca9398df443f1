#pragma once

#include <alrao/kernels/gemm_operands.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/simd.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// The epilogue (bias, magnitude, activation) as a pass of its own over C[m, n], in which the
/// magnitude is raised, not set. Its bits are those of the fused one: the same operations in the
/// same order for each element.
template <class Arch, class T>
void raise_epilogue(std::size_t m, std::size_t n, Matrix<T> c, const Epilogue<T>& epilogue) {
    using V = Batch<T, Arch>;
    const T* const bias = epilogue.bias;
    T* const magnitude = epilogue.magnitude;
    const bool rectify = epilogue.activation == Activation::relu;
    if (bias == nullptr && magnitude == nullptr && !rectify) return;
    for (std::size_t i = 0; i < m; ++i) {
        T* const row = c.row(i);
        for_each_vector<Arch, T>(0, n, [&](auto vector, std::size_t j) {
            V x = vector.load(row + j);
            if (bias != nullptr) x = x + vector.load(bias + j);
            if (magnitude != nullptr) {
                const auto bits =
                    xsimd::bitwise_cast<Batch<MagnitudeBits<T>, Arch>>(vector.load(magnitude + j));
                vector.store(magnitude + j,
                             xsimd::bitwise_cast<V>(magnitude_max<T, Arch>(bits, x)));
            }
            vector.store(row + j, rectify ? relu<T, Arch>(x) : x);
        });
    }
}

/// The same with a magnitude that is set.
template <class Arch, class T>
void apply_epilogue(std::size_t m, std::size_t n, Matrix<T> c, const Epilogue<T>& epilogue) {
    if (epilogue.magnitude != nullptr) std::fill_n(epilogue.magnitude, n, T{0});
    raise_epilogue<Arch>(m, n, c, epilogue);
}

/// A product whose sums have no terms, or that has no sums: A and B are not looked at, and may be
/// null.
template <class Arch, class T>
void finish_empty_sum(const Product<T>& product) {
    for (std::size_t i = 0; i < product.m && !product.epilogue.accumulate; ++i)
        std::fill_n(product.c.row(i), product.n, T{0});
    apply_epilogue<Arch>(product.m, product.n, product.c, product.epilogue);
}

}  // namespace alrao::kernels::detail
