#include <alrao/learn/copy_weighting.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace learn_copy_weighting_test {

using namespace alrao;

TEST_CASE("a batch counts by its mean likelihood; a lost copy gets no weight") {
    const CopyWeighting weighting{.averaging = BayesMixture{}};
    Posterior posterior(3);
    std::vector<double> sums{-2, -4, 0};
    const auto lost = [](std::size_t j) { return j == 2; };
    REQUIRE(weighting.learn(posterior, {.weight = 2, .samples = 2}, sums, lost) == Evidence::used);
    CHECK(sums[0] == -1);
    CHECK(sums[1] == -2);
    CHECK(posterior.weight(2) == 0);
    CHECK(posterior.weight(0) == doctest::Approx(1 / (1 + std::exp(-1))));
    CHECK(posterior.weight(0) + posterior.weight(1) == doctest::Approx(1));
}

TEST_CASE("a batch of weight 0, or in which no copy is finite, changes nothing") {
    const CopyWeighting weighting{.averaging = BayesMixture{}};
    Posterior posterior(2);
    const auto none = [](std::size_t) { return false; };
    std::vector<double> sums{-1, -2}, infinite(2, -std::numeric_limits<double>::infinity());
    CHECK(weighting.learn(posterior, {.weight = 0, .samples = 2}, sums, none) == Evidence::unusable);
    CHECK(weighting.learn(posterior, {.weight = 2, .samples = 2}, infinite, none) == Evidence::unusable);
    CHECK(posterior == Posterior(2));
}

TEST_CASE("a copy retires after its weight was negligible for long enough, and not without Retirement") {
    const CopyWeighting weighting{.averaging = BayesMixture{},
                                  .retirement = Retirement{.below = 0.1, .steps = 2}};
    Posterior posterior(2);
    std::vector<std::size_t> gone;
    const auto note = [&](std::size_t j) { gone.push_back(j); };
    for (int batch = 0; batch < 2; ++batch) {
        std::vector<double> sums{0, -20};
        weighting.learn(posterior, {.weight = 1, .samples = 1}, sums, [](std::size_t) { return false; });
        CHECK(CopyWeighting{}.retire(posterior, note) == 0);
        CHECK(weighting.retire(posterior, note) == (batch == 1 ? 1U : 0U));
    }
    CHECK(gone == std::vector<std::size_t>{1});
    CHECK(posterior.weight(0) == 1);
    CHECK_THROWS_AS(CopyWeighting{.retirement = Retirement{.below = 0.7}}.validate(2), ArgumentError);
}

TEST_CASE("options for copies are refused if there is one copy, because they have no effect") {
    const auto refused = [](const CopyWeighting& weighting, const char* option) {
        CHECK_NOTHROW(weighting.validate(2));
        CHECK_THROWS_WITH_AS(weighting.validate(1), doctest::Contains(option), ArgumentError);
    };
    refused({.averaging = BayesMixture{}}, ".averaging");
    refused({.averaging = Switch{.theta = 0.9}}, ".averaging");
    refused({.likelihood = Likelihood::sum}, ".likelihood");
    refused({.retirement = Retirement{}}, ".retirement");
    CHECK_NOTHROW(CopyWeighting{}.validate(1));
}

}  // namespace learn_copy_weighting_test
