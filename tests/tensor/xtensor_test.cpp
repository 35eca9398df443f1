#include <alrao/tensor/xtensor.hpp>

#include <doctest/doctest.h>

#include <array>

TEST_CASE("a view reads and writes the memory it was given") {
    std::array<float, 6> memory{0, 1, 2, 3, 4, 5};
    auto matrix = alrao::view<2>(memory.data(), {2, 3});
    CHECK(matrix.shape(0) == 2);
    CHECK(matrix.shape(1) == 3);
    CHECK(matrix(1, 0) == 3.0F);
    matrix(1, 2) = 9.0F;
    CHECK(memory[5] == 9.0F);
    xt::noalias(matrix) = matrix * 2.0F;
    CHECK(memory[5] == 18.0F);
    CHECK(matrix.data() == memory.data());
}

TEST_CASE("a view of const memory reads it") {
    const std::array<double, 4> memory{1, 2, 3, 4};
    const auto vector = alrao::view<1>(memory.data(), {4});
    CHECK(vector(3) == 4.0);
    const auto cube = alrao::view<3>(memory.data(), {1, 2, 2});
    CHECK(cube(0, 1, 0) == 3.0);
}
