#include <alrao/model/posterior.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>

namespace model_posterior_test {

using namespace alrao;

TEST_CASE("a new posterior gives every copy the same weight") {
    const Posterior posterior(4);
    CHECK(posterior.copies() == 4);
    CHECK(posterior.steps == 0);
    CHECK(posterior.best() == 0);
    for (std::size_t j = 0; j < 4; ++j) {
        CHECK(posterior.log_weights[j] == -std::log(4.0));
        CHECK(posterior.weight(j) == doctest::Approx(0.25).epsilon(1e-15));
    }
    CHECK(Posterior().weights() == std::vector<double>{1});
}

TEST_CASE("weights are written in the caller's scalar type; log-weight -infinity gives exactly 0") {
    Posterior posterior(3);
    posterior.log_weights = {std::log(0.25), -std::numeric_limits<double>::infinity(), std::log(0.75)};
    std::array<float, 3> weights{};
    posterior.weights(std::span<float>(weights));
    CHECK(weights[0] == doctest::Approx(0.25).epsilon(1e-7));
    CHECK(weights[1] == 0);
    CHECK(weights[2] == doctest::Approx(0.75).epsilon(1e-7));
    CHECK(posterior.best() == 2);
}

TEST_CASE("posteriors can be copied and compared") {
    const Posterior original(3);
    Posterior copy = original;
    CHECK(copy == original);
    copy.steps = 1;
    CHECK(copy != original);
    copy = original;
    copy.memory = {-1};
    CHECK(copy != original);
    CHECK(original != Posterior(2));
}

TEST_CASE("no copies, or a span of another size, is refused") {
    CHECK_THROWS_AS(Posterior(0), ArgumentError);
    std::array<double, 2> too_short{};
    CHECK_THROWS_AS(Posterior(3).weights(std::span<double>(too_short)), ArgumentError);
}

}  // namespace model_posterior_test
