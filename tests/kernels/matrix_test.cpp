#include <alrao/kernels/matrix.hpp>

#include <doctest/doctest.h>

#include <type_traits>

namespace kernels_matrix_test {

using namespace alrao::kernels;

TEST_CASE("rows of a matrix are a stride apart; a matrix converts to a read-only matrix") {
    float values[12] = {};
    const Matrix<float> writable{values, 4};
    CHECK(writable.row(2) == values + 8);
    const Matrix<const float> readable = writable;
    CHECK(readable.row(1) == values + 4);
    static_assert(!std::is_convertible_v<Matrix<const float>, Matrix<float>>);
}

}  // namespace kernels_matrix_test
