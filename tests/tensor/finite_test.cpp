#include <alrao/tensor/finite.hpp>

#include <doctest/doctest.h>

#include <limits>

namespace tensor_finite_test {

namespace {

template <class T>
constexpr bool tells_apart() {
    using Limits = std::numeric_limits<T>;
    return alrao::is_finite(T{0}) && alrao::is_finite(-T{0}) && alrao::is_finite(Limits::max()) &&
           alrao::is_finite(Limits::lowest()) && alrao::is_finite(Limits::denorm_min()) &&
           !alrao::is_finite(Limits::infinity()) && !alrao::is_finite(-Limits::infinity()) &&
           !alrao::is_finite(Limits::quiet_NaN()) && !alrao::is_finite(-Limits::quiet_NaN());
}

static_assert(tells_apart<float>());
static_assert(tells_apart<double>());

}  // namespace

TEST_CASE("is_finite works on values computed at run time") {
    volatile double zero = 0.0;
    volatile float small = 0.0F;
    CHECK_FALSE(alrao::is_finite(1.0 / zero));
    CHECK_FALSE(alrao::is_finite(zero / zero));
    CHECK_FALSE(alrao::is_finite(-1.0F / small));
    CHECK(alrao::is_finite(1.0 + zero));
}

namespace {

template <class T>
constexpr bool compares_exactly() {
    using Limits = std::numeric_limits<T>;
    const T nan = Limits::quiet_NaN(), next = T{1} + Limits::epsilon();
    return alrao::is_zero(T{0}) && alrao::is_zero(-T{0}) && !alrao::is_zero(Limits::denorm_min()) &&
           !alrao::is_zero(nan) && !alrao::is_zero(Limits::infinity()) && alrao::is_same_number(next, next) &&
           !alrao::is_same_number(next, T{1}) && !alrao::is_same_number(T{1}, next) &&
           !alrao::is_same_number(nan, nan) &&
           alrao::is_same_number(Limits::infinity(), Limits::infinity()) &&
           !alrao::is_same_number(Limits::infinity(), -Limits::infinity());
}

static_assert(compares_exactly<float>());
static_assert(compares_exactly<double>());

}  // namespace

}  // namespace tensor_finite_test
