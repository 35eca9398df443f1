#include <alrao/tensor/log_domain.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>

namespace tensor_log_domain_test {

using namespace alrao;

TEST_CASE("log_add is the logarithm of a sum, for values of any size") {
    CHECK(log_add(std::log(0.25), std::log(0.5)) == doctest::Approx(std::log(0.75)).epsilon(1e-15));
    CHECK(log_add(1e6, 1e6) == doctest::Approx(1e6 + std::log(2.0)).epsilon(1e-15));
    CHECK(log_add(-1e6, -1e6) == doctest::Approx(-1e6 + std::log(2.0)).epsilon(1e-15));
    CHECK(log_add(-1e308, 1e308) == 1e308);
    CHECK(log_add(0.0, std::log(1e-20)) == doctest::Approx(1e-20).epsilon(1e-14).scale(0));
    CHECK(log_add(log_zero, 3.0) == 3.0);
    CHECK(log_add(3.0, log_zero) == 3.0);
    CHECK(log_add(log_zero, log_zero) == log_zero);
}

TEST_CASE("log_sum adds any number of terms, including none") {
    const std::array terms{1000.0, log_zero, 1000.0 + std::log(2.0), -1e308};
    const auto term = [&](std::size_t i) { return terms[i]; };
    CHECK(log_sum(4, term) == doctest::Approx(1000.0 + std::log(3.0)).epsilon(1e-15));
    CHECK(log_sum(1, term) == 1000.0);
    CHECK(log_sum(0, term) == log_zero);
    CHECK(log_sum(3, [](std::size_t) { return log_zero; }) == log_zero);
}

}  // namespace tensor_log_domain_test
