#pragma once

#include <alrao/tensor/fail.hpp>

#include <concepts>
#include <cstddef>
#include <limits>
#include <string>

#if !defined(ALRAO_WITHOUT_BLAS) && __has_include(<cblas.h>)
#include <cblas.h>
#endif

/// The door to BLAS. `ALRAO_WITHOUT_BLAS` shuts it: then no header of BLAS is included and no
/// symbol named. BLAS is called from one thread per product, products are split above it, and its
/// own number of threads is never changed: programs set OPENBLAS_NUM_THREADS=1.
namespace alrao::blas {

#if !defined(ALRAO_WITHOUT_BLAS) && __has_include(<cblas.h>)

/// Whether products can go to BLAS.
inline constexpr bool available = true;

/// C[m, n] = op(A) op(B) + beta C, row-major with row strides `lda`, `ldb`, `ldc` in elements; op
/// transposes where the flag says so; A is stored [m, k] or, transposed, [k, m], B [k, n] or [n,
/// k]. Throws `ArgumentError` when an extent exceeds BLAS's `int`.
template <std::floating_point T>
void gemm(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k,
          const T* a, std::size_t lda, const T* b, std::size_t ldb, T beta, T* c, std::size_t ldc) {
    const auto integer = [](std::size_t extent) {
        if (extent > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
            fail({"alrao: blas::gemm: extent ", extent, " exceeds BLAS's int"});
        }
        return static_cast<int>(extent);
    };
    const auto ta = transpose_a ? CblasTrans : CblasNoTrans;
    const auto tb = transpose_b ? CblasTrans : CblasNoTrans;
    if constexpr (sizeof(T) == sizeof(float)) {
        cblas_sgemm(CblasRowMajor, ta, tb, integer(m), integer(n), integer(k), 1.0F, a,
                    integer(lda), b, integer(ldb), beta, c, integer(ldc));
    } else {
        cblas_dgemm(CblasRowMajor, ta, tb, integer(m), integer(n), integer(k), 1.0, a, integer(lda),
                    b, integer(ldb), beta, c, integer(ldc));
    }
}

#else

inline constexpr bool available = false;

/// Never defined: a build without BLAS names no symbol of it.
template <std::floating_point T>
void gemm(bool, bool, std::size_t, std::size_t, std::size_t, const T*, std::size_t, const T*,
          std::size_t, T, T*, std::size_t) = delete;

#endif

}  // namespace alrao::blas
