#include <alrao/ops/views.hpp>

#include <doctest/doctest.h>

namespace ops_views_test {

using namespace alrao;

TEST_CASE("matrix_view refers to the memory of a block; a block with gaps is refused") {
    float x[6] = {1, 2, 3, 4, 5, 6};
    auto matrix = matrix_view(Block<float>{x, 2, 3, 3});
    CHECK(matrix(1, 0) == 4);
    matrix(1, 2) = 60;
    CHECK(x[5] == 60);
    CHECK_THROWS_AS(static_cast<void>(matrix_view(Block<float>{x, 2, 2, 3})), ArgumentError);
}

TEST_CASE("value_view and gradient_view refer to the memory of a parameter") {
    const float value[4] = {1, 2, 3, 4};
    float gradient[4] = {};
    const ParameterView<float> parameter{value, gradient, nullptr, 2, 2};
    CHECK(value_view(parameter)(1, 1) == 4);
    gradient_view(parameter)(0, 1) = 7;
    CHECK(gradient[1] == 7);
}

}  // namespace ops_views_test
