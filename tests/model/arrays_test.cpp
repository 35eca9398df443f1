#include <alrao/model/arrays.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <doctest/doctest.h>

#include <array>
#include <list>
#include <span>
#include <vector>

namespace model_arrays_test {

using namespace alrao;

namespace {
struct Plain {
    const float* data() const { return nullptr; }
    std::size_t size() const { return 0; }
};
/// The members of Eigen's dense types that describe their layout.
template <int row_major, int vector>
struct Matrix : Plain {
    enum { IsRowMajor = row_major, IsVectorAtCompileTime = vector };
};
}  // namespace

TEST_CASE("number_of is the element type of pointers, arrays and ranges, and void otherwise") {
    using detail::number_of;
    static_assert(std::is_same_v<number_of<const float*>, float>);
    static_assert(std::is_same_v<number_of<double(&)[3]>, double>);
    static_assert(std::is_same_v<number_of<const std::vector<bool>&>, bool>);
    static_assert(std::is_same_v<number_of<std::span<const long>>, long>);
    static_assert(std::is_same_v<number_of<std::list<int>>, int>);
    static_assert(std::is_same_v<number_of<xt::xtensor<float, 2>&>, float>);
    static_assert(std::is_same_v<number_of<Plain>, float>);
    static_assert(std::is_same_v<number_of<int>, void>);
    static_assert(std::is_same_v<number_of<std::nullptr_t>, void>);
    CHECK(detail::HoldsOneOf<std::vector<int>, float, int>);
    CHECK_FALSE(detail::HoldsOthersThan<std::vector<int>, float, int>);
    CHECK_FALSE(detail::HoldsOthersThan<int, float>);
}

TEST_CASE("a column-major matrix is not an array of samples, a vector is one") {
    CHECK(ArrayOf<Matrix<1, 0>, float>);
    CHECK(ArrayOf<const Matrix<0, 1>&, float>);
    CHECK_FALSE(ArrayOf<Matrix<0, 0>, float>);
    CHECK_FALSE(ArrayOf<const Matrix<0, 0>&, float>);
}

TEST_CASE("InOnePiece holds for contiguous numbers") {
    CHECK(detail::InOnePiece<std::vector<float>>);
    CHECK(detail::InOnePiece<const float*>);
    CHECK_FALSE(detail::InOnePiece<std::list<float>>);
    CHECK_FALSE(detail::InOnePiece<std::vector<bool>>);
    CHECK(ArrayOf<std::array<float, 3>, float>);
    CHECK_FALSE(ArrayOf<std::vector<double>, float>);
}

TEST_CASE("inputs that are not floating-point numbers give a data set of float, which refuses them") {
    static_assert(std::is_same_v<detail::scalar_for<std::vector<double>>, double>);
    static_assert(std::is_same_v<detail::scalar_for<std::vector<int>>, float>);
    CHECK(std::is_same_v<detail::scalar_for<const std::vector<bool>&>, float>);
}

}  // namespace model_arrays_test
