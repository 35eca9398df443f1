#include <alrao/train/arrays.hpp>

#include <alrao/tensor/xtensor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

using namespace alrao;

TEST_CASE("arrays are what has numbers in one piece; an xtensor has extents, too") {
    using Matrix = xt::xtensor<float, 2>;
    static_assert(ArrayOf<std::vector<float>, float> && ArrayOf<std::span<const float>, float>);
    static_assert(ArrayOf<Matrix, float> && ArrayOf<const Matrix&, float>);
    static_assert(!ArrayOf<std::vector<double>, float> && !ArrayOf<std::vector<bool>, bool>);
    static_assert(!ArrayOf<const float*, float>);
    static_assert(ShapedArray<Matrix> && !ShapedArray<std::vector<float>>);
    CHECK(detail::InOnePiece<const float*>);
    CHECK(detail::InOnePiece<std::array<float, 3>>);
    CHECK_FALSE(detail::InOnePiece<std::vector<bool>>);
}

TEST_CASE("the numbers of an array, a pointer, a range are known; of anything else there are none") {
    CHECK(std::is_same_v<detail::number_of<std::vector<std::int64_t>>, std::int64_t>);
    CHECK(std::is_same_v<detail::number_of<const double*>, double>);
    CHECK(std::is_same_v<detail::number_of<float[2][3]>, float>);
    CHECK(std::is_same_v<detail::number_of<std::vector<bool>>, bool>);
    CHECK(std::is_same_v<detail::number_of<int>, void>);
    CHECK(detail::HoldsOneOf<std::vector<float>, double, float>);
    CHECK_FALSE(detail::HoldsOneOf<std::vector<float>, double>);
    CHECK(detail::HoldsOthersThan<std::vector<std::uint8_t>, std::int32_t>);
    CHECK_FALSE(detail::HoldsOthersThan<std::vector<std::int32_t>, std::int32_t>);
    CHECK_FALSE(detail::HoldsOthersThan<int, std::int32_t>);
    CHECK(std::is_same_v<detail::scalar_for<std::vector<double>>, double>);
    CHECK(std::is_same_v<detail::scalar_for<std::vector<int>>, float>);
}

TEST_CASE("memory lasts behind a name or a view") {
    CHECK(detail::Lasting<std::vector<float>&>);
    CHECK(detail::Lasting<std::span<const float>>);
    CHECK_FALSE(detail::Lasting<std::vector<float>>);
}
