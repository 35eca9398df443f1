#pragma once

#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

/// The door to BLAS. `ALRAO_WITHOUT_BLAS` shuts it: then no symbol of BLAS is named. BLAS is called
/// from one thread per product, products are split above it, and its own number of threads is never
/// changed: programs set OPENBLAS_NUM_THREADS=1.
///
/// No header of BLAS is included: <cblas.h>, GSL and xtensor-blas define the same enumerations each
/// in its own way, so that a program can include one of them and no second. The two functions are
/// declared here under names of our own, as the symbols `cblas_sgemm` and `cblas_dgemm`, whose
/// enumerations C passes as int. Any library that has them serves: OpenBLAS, BLIS, MKL, Accelerate,
/// GSL's own. Its integers are `int`; with `ALRAO_BLAS_INT64` they are 64 bits wide (ILP64).
namespace alrao::blas {

#if defined(ALRAO_BLAS_INT64)
using Integer = std::int64_t;
#else
using Integer = int;
#endif

#if !defined(ALRAO_WITHOUT_BLAS)

namespace detail {

inline constexpr int row_major = 101, not_transposed = 111, transposed = 112;

extern "C" {
void alrao_cblas_sgemm(int order, int transpose_a, int transpose_b, Integer m, Integer n, Integer k,
                       float alpha, const float* a, Integer lda, const float* b, Integer ldb, float beta,
                       float* c, Integer ldc)
#if defined(__APPLE__)
    __asm__("_cblas_sgemm");
#else
    __asm__("cblas_sgemm");
#endif
void alrao_cblas_dgemm(int order, int transpose_a, int transpose_b, Integer m, Integer n, Integer k,
                       double alpha, const double* a, Integer lda, const double* b, Integer ldb, double beta,
                       double* c, Integer ldc)
#if defined(__APPLE__)
    __asm__("_cblas_dgemm");
#else
    __asm__("cblas_dgemm");
#endif
}

}  // namespace detail

/// C[m, n] = op(A) op(B) + beta C, row-major with row strides `lda`, `ldb`, `ldc` in elements; op
/// transposes where the flag says so; A is stored [m, k] or, transposed, [k, m], B [k, n] or [n,
/// k]. Throws `ArgumentError` when an extent exceeds BLAS's integers.
template <std::floating_point T>
void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k, const T* a,
          std::size_t lda, const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
    const auto integer = [](std::size_t extent) {
        if (extent > static_cast<std::size_t>(std::numeric_limits<Integer>::max())) {
            fail({"alrao: blas::gemm: extent ", extent, " exceeds BLAS's integers"});
        }
        return static_cast<Integer>(extent);
    };
    const int ta = transpose_a ? detail::transposed : detail::not_transposed;
    const int tb = transpose_b ? detail::transposed : detail::not_transposed;
    if constexpr (sizeof(T) == sizeof(float)) {
        detail::alrao_cblas_sgemm(detail::row_major, ta, tb, integer(m), integer(n), integer(k), 1.0F, a,
                                  integer(lda), b, integer(ldb), beta, c, integer(ldc));
    } else {
        detail::alrao_cblas_dgemm(detail::row_major, ta, tb, integer(m), integer(n), integer(k), 1.0, a,
                                  integer(lda), b, integer(ldb), beta, c, integer(ldc));
    }
}

#else

/// Never defined: a build without BLAS names no symbol of it.
template <std::floating_point T>
void gemm(bool, bool, std::size_t, std::size_t, std::size_t, const T*, std::size_t, const T*, std::size_t, T,
          T*, std::size_t) = delete;

#endif

}  // namespace alrao::blas
