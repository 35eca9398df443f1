#pragma once

#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

/// Interface to BLAS. With the macro `ALRAO_WITHOUT_BLAS`, no BLAS symbol is referenced. The library
/// splits products among its own threads and expects BLAS to use one thread per call. It never changes
/// the thread count of BLAS: programs should set OPENBLAS_NUM_THREADS=1.
///
/// No BLAS header is included: <cblas.h>, GSL and xtensor-blas define the same enumerations in
/// incompatible ways, so a translation unit can include only one of them. The two functions are declared
/// here under different C++ names, with the symbols `cblas_sgemm` and `cblas_dgemm`; C passes their
/// enumerations as int. Any library with these symbols works: OpenBLAS, BLIS, MKL, Accelerate, GSL's
/// CBLAS. Its integers are `int`, or 64 bits wide (ILP64) with the macro `ALRAO_BLAS_INT64`.
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

/// Matrix product C = op(A) op(B) + beta C. All matrices are row-major; `lda`, `ldb`, `ldc` are their row
/// strides in elements. op transposes its argument if the flag is set. A is stored as [m, k], or [k, m]
/// if transposed; B as [k, n], or [n, k] if transposed; C as [m, n]. Throws `ArgumentError` if an extent
/// does not fit into the integers of BLAS.
template <std::floating_point T>
void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k, const T* a,
          std::size_t lda, const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
    const auto integer = [](std::size_t extent) {
        if (extent > static_cast<std::size_t>(std::numeric_limits<Integer>::max())) {
            fail({"alrao: blas::gemm: extent ", extent, " exceeds the integers of BLAS"});
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

/// Deleted in a build without BLAS.
template <std::floating_point T>
void gemm(bool, bool, std::size_t, std::size_t, std::size_t, const T*, std::size_t, const T*, std::size_t, T,
          T*, std::size_t) = delete;

#endif

}  // namespace alrao::blas
