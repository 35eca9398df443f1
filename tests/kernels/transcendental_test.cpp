#include <alrao/kernels/transcendental.hpp>
#include <alrao/tensor/backend.hpp>

#include "../effort.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace kernels_transcendental_test {

using namespace alrao;
namespace {

/// got - want| in units in the last place of `want` as a T.
template <class T>
double error_in_ulps(T got, long double want) {
    using Limits = std::numeric_limits<T>;
    int exponent = 0;
    std::frexp(want, &exponent);
    exponent = std::max(exponent, Limits::min_exponent) - Limits::digits;
    return static_cast<double>(std::abs(static_cast<long double>(got) - want) / std::ldexp(1.0L, exponent));
}

/// The largest error over [low, high] in units in the last place.
template <class T, class F, class G>
double worst(double low, double high, F&& vector_function, G&& reference) {
    using Vector = Register<T, DefaultArch>;
    constexpr auto steps = static_cast<int>(effort(200'000, 5'000));
    double largest = 0;
    for (int i = 0; i < steps; ++i) {
        const T x = static_cast<T>(low + (high - low) * (i + 0.37) / steps);
        T lane[Vector::size];
        vector_function(Vector(x)).store_unaligned(lane);
        const double error = error_in_ulps(lane[0], reference(static_cast<long double>(x)));
        if (!(error <= largest)) largest = error;
    }
    return largest;
}

}  // namespace

TEST_CASE_TEMPLATE("transcendental functions have the documented accuracy", T, float, double) {
    constexpr bool single = sizeof(T) == 4;
    const auto exponential = [](const auto& x) { return kernels::exponential(x); };
    const auto exact_exponential = [](long double x) { return std::exp(x); };
    CHECK(worst<T>(-87, 88, exponential, exact_exponential) <= (single ? 1.5 : 0.9));
    CHECK(worst<T>(-1, 1, exponential, exact_exponential) <= (single ? 1.5 : 0.9));

    const auto tangent = [](const auto& x) { return kernels::hyperbolic_tangent(x); };
    const auto exact_tangent = [](long double x) { return std::tanh(x); };
    CHECK(worst<T>(-10, 10, tangent, exact_tangent) <= 1.5);
    CHECK(worst<T>(-0.01, 0.01, tangent, exact_tangent) <= 1.5);

    const auto logistic = [](const auto& x) { return kernels::logistic(x); };
    const auto exact_logistic = [](long double x) { return 1 / (1 + std::exp(-x)); };
    CHECK(worst<T>(-80, 40, logistic, exact_logistic) <= 2.5);
    CHECK(worst<T>(-3, 3, logistic, exact_logistic) <= 2.5);
}

TEST_CASE("the logarithm has the documented accuracy down to the smallest number") {
    const auto logarithm = [](const auto& x) { return kernels::logarithm(x); };
    const auto exact = [](long double x) { return std::log(x); };
    using Limits = std::numeric_limits<double>;
    for (const auto& [low, high] : {std::pair{1e-3, 4.0},
                                    {0.7, 1.42},
                                    {0.9999, 1.0001},
                                    {1.0, 1e4},
                                    {1e4, 1e300},
                                    {Limits::min(), 1e-300}})
        CHECK(worst<double>(low, high, logarithm, exact) <= 0.85);
    using Vector = Register<double, DefaultArch>;
    const auto of = [](double x) { return kernels::logarithm(Vector(x)).get(0); };
    for (const double x : {Limits::denorm_min(), 3e-310, Limits::min(), 0.5, 2.0, Limits::max()})
        CHECK(error_in_ulps(of(x), std::log(static_cast<long double>(x))) <= 0.85);
    CHECK(of(1) == 0);
    for (const double zero : {0.0, -0.0}) CHECK(of(zero) == -Limits::infinity());
    CHECK(of(Limits::infinity()) == Limits::infinity());
    for (const double none : {-Limits::denorm_min(), -1.0, -Limits::infinity(), Limits::quiet_NaN()})
        CHECK(std::isnan(of(none)));
}

TEST_CASE_TEMPLATE("the normal cumulative has the documented accuracy", T, float, double) {
    const auto cumulative = [](const auto& x) { return kernels::normal_distribution(x).cumulative; };
    const auto exact = [](long double x) { return 0.5L * std::erfc(-x / std::sqrt(2.0L)); };
    CHECK(worst<T>(-1, 9, cumulative, exact) <= 4);
    const double low = sizeof(T) == 4 ? -13 : -37;
    CHECK(worst<T>(low, -1, cumulative, exact) <= (has_fma<DefaultArch> ? 6 : low * low));

    const auto bell = [](const auto& x) { return kernels::normal_distribution(x).bell; };
    const auto exact_bell = [](long double x) { return std::exp(-0.5L * x * x); };
    CHECK(worst<T>(-1, 1, bell, exact_bell) <= 3);
    CHECK(worst<T>(low, -low, bell, exact_bell) <= (has_fma<DefaultArch> ? 3 : low * low));
}

TEST_CASE_TEMPLATE("exp(0) is 1, exp(-infinity) is 0; NaN gives NaN", T, float, double) {
    using Vector = Register<T, DefaultArch>;
    const T infinity = std::numeric_limits<T>::infinity();
    CHECK(kernels::exponential(Vector(T{0})).get(0) == T{1});
    CHECK(kernels::exponential(Vector(-infinity)).get(0) == T{0});
    CHECK(std::isnan(kernels::exponential(Vector(std::numeric_limits<T>::quiet_NaN())).get(0)));
    CHECK(std::isnan(kernels::hyperbolic_tangent(Vector(std::numeric_limits<T>::quiet_NaN())).get(0)));
}

}  // namespace kernels_transcendental_test
