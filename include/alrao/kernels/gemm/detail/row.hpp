#pragma once

#include <alrao/kernels/gemm/epilogue.hpp>
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

/// c[j] += a[0] b(0, j) + a[a_step] b(1, j) + ... + a[(Count - 1) a_step] b(Count - 1, j) for j < n; the
/// terms are added in this order.
template <class Arch, std::size_t Count, class T>
void add_rows(std::size_t n, const T* a, std::size_t a_step, Matrix<const T> b, T* c) {
    using V = Register<T, Arch>;
    V element[Count];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Count; ++i) element[i] = V(a[i * a_step]);
    std::size_t j = 0;
    for (; j + 2 * V::size <= n; j += 2 * V::size) {
        V left = V::load_unaligned(c + j), right = V::load_unaligned(c + j + V::size);
#pragma GCC unroll 8
        for (std::size_t i = 0; i < Count; ++i) {
            left = madd<Arch, T>(element[i], V::load_unaligned(b.row(i) + j), left);
            right = madd<Arch, T>(element[i], V::load_unaligned(b.row(i) + j + V::size), right);
        }
        left.store_unaligned(c + j);
        right.store_unaligned(c + j + V::size);
    }
    for_each_vector<Arch, T>(j, n, [&](auto vector, std::size_t at) {
        V sum = vector.load(c + at);
        for (std::size_t i = 0; i < Count; ++i) {
            sum = madd<Arch, T>(element[i], vector.load(b.row(i) + at), sum);
        }
        vector.store(c + at, sum);
    });
}

/// Computes a product with a single row of C. B is read once, eight rows at a time; the sums are kept in
/// C.
template <class Arch, class T>
void multiply_row(const Product<T>& product) {
    const std::size_t n = product.n, k = product.k;
    const std::size_t a_step = product.form == Form::tn ? product.a.stride : 1;
    T* const c = product.c.data;
    if (!product.epilogue.accumulate) std::fill_n(c, n, T{0});
    std::size_t p = 0;
    const auto add = [&]<std::size_t Count>() {
        for (; p + Count <= k; p += Count) {
            add_rows<Arch, Count>(n, product.a.data + p * a_step, a_step,
                                  Matrix<const T>{product.b.row(p), product.b.stride}, c);
        }
    };
    add.template operator()<8>();
    add.template operator()<1>();
    apply_epilogue<Arch>(1, n, product.c, product.epilogue);
}

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
