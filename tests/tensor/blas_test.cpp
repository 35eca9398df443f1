#include <alrao/tensor/blas.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>

namespace tensor_blas_test {

namespace {

// A template, so that a build without BLAS does not instantiate it.
template <class T, bool Available = alrao::blas::available>
void check_products() {
    if constexpr (Available) {
        const std::array<T, 6> a{1, 2, 3, 4, 5, 6};  // [2, 3], and [3, 2] transposed
        const std::array<T, 6> b{1, 0, 2, 1, 0, 3};  // [3, 2], and [2, 3] transposed
        std::array<T, 4> c{100, 100, 100, 100};
        alrao::blas::gemm<T>(false, false, 2, 2, 3, a.data(), 3, b.data(), 2, 0, c.data(), 2);
        CHECK(c == std::array<T, 4>{5, 11, 14, 23});
        alrao::blas::gemm<T>(false, true, 2, 2, 3, a.data(), 3, b.data(), 3, 1, c.data(), 2);
        CHECK(c == std::array<T, 4>{12, 21, 30, 45});
        alrao::blas::gemm<T>(true, false, 2, 2, 3, a.data(), 2, b.data(), 2, 0, c.data(), 2);
        CHECK(c == std::array<T, 4>{7, 18, 10, 22});

        const std::size_t huge =
            std::size_t{1} + static_cast<std::size_t>(std::numeric_limits<alrao::blas::Integer>::max());
        CHECK_THROWS_AS(
            alrao::blas::gemm<T>(false, false, huge, 1, 1, a.data(), 1, b.data(), 1, 0, c.data(), 1),
            alrao::ArgumentError);
    }
}

}  // namespace

TEST_CASE("blas::gemm is row-major, with and without transposition") {
    check_products<float>();
    check_products<double>();
}

}  // namespace tensor_blas_test
