#include <alrao/learn/log_uniform.hpp>

#include "../effort.hpp"
#include "nonfinite.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace learn_log_uniform_test {

using namespace alrao;

TEST_CASE("LogUniform{r, r} is exactly r, drawn or spread, in double and in float") {
    Philox random{Seed{1}, 0};
    int wrong = 0;
    for (std::size_t i = 0; i < effort(100'000, 10'000); ++i) {
        // any mantissa and any exponent of float
        const double r = std::ldexp(1 + random.uniform(), static_cast<int>(random.below(252)) - 125);
        const auto f = static_cast<float>(r);
        for (const double rate : {r, static_cast<double>(f)}) {
            const LogUniform same{rate, rate};
            const std::size_t copies = 1 + static_cast<std::size_t>(random.below(12));
            const std::size_t copy = static_cast<std::size_t>(random.below(copies));
            if (same.draw(random) != rate || same.spread(copy, copies) != rate || same.spread(0, 1) != rate ||
                static_cast<float>(same.draw(random)) != f) {
                ++wrong;
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("draws have density 1 / (rate ln(max / min)) and stay inside (Kolmogorov-Smirnov, 1e6 draws)") {
    const LogUniform interval{1e-5, 10};
    Philox random{Seed{2}, Stream::rates};
    std::vector<double> draws(effort(1'000'000, 100'000));
    for (double& draw : draws) draw = interval.draw(random);
    std::sort(draws.begin(), draws.end());
    CHECK(draws.front() >= 1e-5);
    CHECK(draws.back() <= 10);
    const auto n = static_cast<double>(draws.size());
    double worst = 0;
    for (std::size_t i = 0; i < draws.size(); ++i) {
        const double expected = std::log10(draws[i] / 1e-5) / 6;
        worst = std::max(
            {worst, expected - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - expected});
    }
    CHECK(worst * std::sqrt(n) < 1.95);  // p = 0.001
}

TEST_CASE("the quantile function is monotonic and clamped") {
    const LogUniform interval{1e-5, 10};
    CHECK(interval.rate(0) == 1e-5);
    CHECK(interval.rate(0.5) == doctest::Approx(1e-2).epsilon(1e-14).scale(0));
    CHECK(interval.rate(1) == doctest::Approx(10).epsilon(1e-14).scale(0));
    double before = 0;
    for (int i = 0; i <= 1000; ++i) {
        const double rate = interval.rate(i / 1000.0);
        CHECK(rate > before);
        CHECK(rate <= 10);
        before = rate;
    }
}

TEST_CASE("copies are spread evenly in the logarithm, both ends exact") {
    const LogUniform interval{1e-5, 10};
    for (std::size_t j = 0; j < 7; ++j) {
        const double expected = std::pow(10.0, static_cast<double>(j) - 5);
        CHECK(interval.spread(j, 7) == doctest::Approx(expected).epsilon(1e-14).scale(0));
    }
    for (std::size_t n = 2; n < 50; ++n) {
        CHECK(interval.spread(0, n) == 1e-5);
        CHECK(interval.spread(n - 1, n) == 10);
    }
    CHECK(interval.spread(0, 1) == doctest::Approx(1e-2).epsilon(1e-15).scale(0));
    const LogUniform wide{1e-30, 1e8};
    CHECK(wide.spread(0, 1) == doctest::Approx(1e-11).epsilon(1e-15).scale(0));
    CHECK_THROWS_AS(static_cast<void>(interval.spread(0, 0)), ArgumentError);
    CHECK_THROWS_AS(static_cast<void>(interval.spread(7, 7)), ArgumentError);
}

TEST_CASE("an invalid interval is refused, with the reason") {
    CHECK_THROWS_WITH_AS(LogUniform(-5, 1), doctest::Contains("minimum rate"), ArgumentError);
    CHECK_THROWS_WITH_AS(LogUniform(-5, 1), doctest::Contains("not an exponent"), ArgumentError);
    CHECK_THROWS_WITH_AS(LogUniform(1, 1e-3), doctest::Contains("write LogUniform{min, max}"), ArgumentError);
    CHECK_THROWS_WITH_AS(LogUniform(1e-45, 1), doctest::Contains("got 1e-45"), ArgumentError);
    CHECK_THROWS_WITH_AS(LogUniform(1, 1e39), doctest::Contains("maximum rate"), ArgumentError);
    for (const double bad : {0.0, infinity<double>, -infinity<double>, not_a_number<double>}) {
        CHECK_THROWS_AS(LogUniform(bad, 1), ArgumentError);
        CHECK_THROWS_AS(LogUniform(1e-5, bad), ArgumentError);
    }
    CHECK(LogUniform{1e-30, 1e8}.max() == 1e8);
}

}  // namespace learn_log_uniform_test
