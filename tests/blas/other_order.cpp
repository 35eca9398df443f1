// A CBLAS that guarantees only what BLAS guarantees: each element of a product is the sum of its terms, and two calls
// with the same extents give the same bits. The order of summation differs between extents and between elements. When
// preloaded before another BLAS (LD_PRELOAD), it reveals code that relies on more, on any processor.
#include <cstddef>
#include <cstdint>
#include <utility>

namespace {

constexpr int column_major = 102, transposed = 112;

struct Extent {
    int m, n, k;
};

/// The sum of term(0) ... term(k - 1). The first term, and whether the sum is split into two halves, depend
/// on the extents and the position of the element.
template <class T>
T sum_of_terms(const Extent& extent, int row, int column, auto term) {
    std::uint64_t mixed = 0;
    for (const int number : {extent.m, extent.n, extent.k, row, column})
        mixed = (mixed ^ static_cast<std::uint64_t>(number)) * 0x9E3779B97F4A7C15U;
    const auto k = static_cast<std::size_t>(extent.k);
    const std::size_t first = k == 0 ? 0 : (mixed >> 32U) % k;
    const bool halves = (mixed >> 20U & 1U) != 0;
    T even = 0, odd = 0;
    for (std::size_t i = 0; i < k; ++i) {
        const T value = term((i + first) % k);
        (halves && i % 2 == 1 ? odd : even) += value;
    }
    return even + odd;
}

template <class T>
struct Factor {
    const T* data;
    int stride, transpose;

    [[nodiscard]] T operator()(std::size_t row, std::size_t column) const {
        if (transpose == transposed) std::swap(row, column);
        return data[row * static_cast<std::size_t>(stride) + column];
    }
};

template <class T>
void gemm(int order, Factor<T> a, Factor<T> b, Extent extent, T alpha, T beta, T* c, int stride) {
    if (order == column_major) {  // equals the row-major product of the transposed matrices
        std::swap(a, b);
        std::swap(extent.m, extent.n);
    }
    for (int row = 0; row < extent.m; ++row)
        for (int column = 0; column < extent.n; ++column) {
            const auto i = static_cast<std::size_t>(row), j = static_cast<std::size_t>(column);
            const T sum =
                sum_of_terms<T>(extent, row, column, [&](std::size_t p) { return a(i, p) * b(p, j); });
            T& element = c[i * static_cast<std::size_t>(stride) + j];
            element = beta == 0 ? alpha * sum : alpha * sum + beta * element;
        }
}

}  // namespace

// Enumerations of CBLAS are passed as int.
extern "C" {
void cblas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                 const float* a, int lda, const float* b, int ldb, float beta, float* c, int ldc);
void cblas_dgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, double alpha,
                 const double* a, int lda, const double* b, int ldb, double beta, double* c, int ldc);

void cblas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                 const float* a, int lda, const float* b, int ldb, float beta, float* c, int ldc) {
    gemm<float>(order, {a, lda, transpose_a}, {b, ldb, transpose_b}, {m, n, k}, alpha, beta, c, ldc);
}
void cblas_dgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, double alpha,
                 const double* a, int lda, const double* b, int ldb, double beta, double* c, int ldc) {
    gemm<double>(order, {a, lda, transpose_a}, {b, ldb, transpose_b}, {m, n, k}, alpha, beta, c, ldc);
}
}
