#include <alrao/learn/likelihood.hpp>

#include "nonfinite.hpp"
#include <doctest/doctest.h>

#include <limits>

namespace learn_likelihood_test {

using namespace alrao;

TEST_CASE("a batch counts as one observation, as its samples, or as a power of them") {
    static_assert(Likelihood() == Likelihood::mean);
    static_assert(Likelihood::mean(-2.5, 32) == -2.5);
    static_assert(Likelihood::sum(-2.5, 32) == -80);
    static_assert(Likelihood::tempered(0.5)(-2.5, 32) == -40);
    static_assert(Likelihood::tempered(1) == Likelihood::sum);
    CHECK(Likelihood::tempered(1.0 / 32)(-2.5, 32) == Likelihood::mean(-2.5, 32));
    CHECK(Likelihood::sum(-infinity<double>, 3) == -infinity<double>);
}

TEST_CASE("an empty batch and an invalid exponent are refused") {
    CHECK_THROWS_AS(static_cast<void>(Likelihood::mean(-1, 0)), ArgumentError);
    for (const double exponent :
         {0.0, -1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        CHECK_THROWS_AS(static_cast<void>(Likelihood::tempered(exponent)), ArgumentError);
    }
}

}  // namespace learn_likelihood_test
