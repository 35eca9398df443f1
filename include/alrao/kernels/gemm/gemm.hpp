#pragma once

#include <alrao/kernels/gemm/detail/own.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/tensor/threads.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

/// Matrix products C = op(A) op(B) with a fused epilogue. `Backend` is OwnTiles<Arch> or Cblas<Arch>, T
/// is float or double. C must not overlap A, B or the workspace; A and B may be the same matrix. Extents
/// may be 0: with k = 0 the sum is 0. NaN and infinity in A and B propagate as in ordinary arithmetic.
/// Nothing is allocated.
///
/// With OwnTiles the sum of an element is one chain of multiply-adds in ascending k. Its bits depend only on
/// its row of op(A), its column of op(B), its old value (when accumulating) and its bias; they do not depend
/// on m, n, strides, the position in C or the number of threads. With Cblas the bits are those of BLAS.
namespace alrao::kernels {

/// True if the kernels of `Backend` are included; those of Cblas are in kernels/cblas.hpp.
template <class Backend>
inline constexpr bool included = !std::is_base_of_v<Cblas<typename Backend::arch>, Backend> ||
                                 requires { sizeof(detail::ProductKernel<Backend>); };

/// The number of elements of T that a product of these extents needs as workspace, with up to `threads`
/// threads, for any of the three forms and any epilogue. It does not decrease when an extent grows, so
/// the workspace of a product is sufficient for all smaller ones. The contents are undefined before and
/// after the product. Products are fastest if it is aligned to 64 bytes.
template <class Backend, std::floating_point T>
[[nodiscard]] constexpr std::size_t gemm_workspace(std::size_t m, std::size_t n, std::size_t k, int threads) {
    return detail::ProductKernel<Backend>::template workspace<T>(m, n, k, threads);
}

/// C[m,n] = A[m,k] B[k,n], then the epilogue: the output of a layer, X W.
/// @param workspace gemm_workspace elements
template <class Backend, std::floating_point T>
void gemm_nn(std::size_t m, std::size_t n, std::size_t k, std::type_identity_t<Matrix<const T>> a,
             std::type_identity_t<Matrix<const T>> b, Matrix<T> c,
             const std::type_identity_t<Epilogue<T>>& epilogue, T* workspace, Threads& threads) {
    detail::ProductKernel<Backend>::run(detail::Product<T>{detail::Form::nn, m, n, k, a, b, c, epilogue},
                                        workspace, threads);
}

/// C[m,n] = A[m,k] B[n,k]^T, then the epilogue: the gradient of a layer's input, dY W^T.
/// @param workspace gemm_workspace elements
template <class Backend, std::floating_point T>
void gemm_nt(std::size_t m, std::size_t n, std::size_t k, std::type_identity_t<Matrix<const T>> a,
             std::type_identity_t<Matrix<const T>> b, Matrix<T> c,
             const std::type_identity_t<Epilogue<T>>& epilogue, T* workspace, Threads& threads) {
    detail::ProductKernel<Backend>::run(detail::Product<T>{detail::Form::nt, m, n, k, a, b, c, epilogue},
                                        workspace, threads);
}

/// C[m,n] = A[k,m]^T B[k,n], then the epilogue: the gradient of a layer's weights, X^T dY.
/// @param workspace gemm_workspace elements
template <class Backend, std::floating_point T>
void gemm_tn(std::size_t m, std::size_t n, std::size_t k, std::type_identity_t<Matrix<const T>> a,
             std::type_identity_t<Matrix<const T>> b, Matrix<T> c,
             const std::type_identity_t<Epilogue<T>>& epilogue, T* workspace, Threads& threads) {
    detail::ProductKernel<Backend>::run(detail::Product<T>{detail::Form::tn, m, n, k, a, b, c, epilogue},
                                        workspace, threads);
}

}  // namespace alrao::kernels
