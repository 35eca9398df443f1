#include <alrao/learn/detail/batch_evidence.hpp>

#include "../nonfinite.hpp"
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <string>

namespace learn_detail_batch_evidence_test {

using namespace alrao;
using averaging::BatchEvidence;

namespace {}  // namespace

TEST_CASE("log-likelihoods are relative to the best copy; a copy that is not finite has log_zero") {
    const std::array values{-3.0, not_a_number<double>, -1.0, -infinity<double>, -not_a_number<double>};
    const BatchEvidence batch(Posterior(5), values);
    CHECK(batch[0] == -2);
    CHECK(batch[1] == log_zero);
    CHECK(batch[2] == 0);
    CHECK(batch[3] == log_zero);
    CHECK(batch[4] == log_zero);
    CHECK(batch.finite(0));
    CHECK_FALSE(batch.finite(1));
}

TEST_CASE("the largest differences of double do not become NaN") {
    const std::array values{-1.7e308, 1.7e308};
    const BatchEvidence batch(Posterior(2), values);
    CHECK(batch[0] == log_zero);
    CHECK(batch[1] == 0);
}

TEST_CASE("+infinity and a wrong number of copies are refused with a message that has the numbers") {
    const std::array values{-1.0, infinity<double>};
    CHECK_THROWS_WITH_AS(BatchEvidence(Posterior(2), values), doctest::Contains("copy 1 is +infinity"),
                         ArgumentError);
    CHECK_THROWS_WITH_AS(BatchEvidence(Posterior(3), values),
                         doctest::Contains("got 2 log-likelihoods for 3 copies"), ArgumentError);
}

TEST_CASE("a step applies Bayes' rule, mixes and normalises; without evidence it does nothing") {
    Posterior posterior(2);
    const std::array values{std::log(0.2), std::log(0.6)};
    const auto nothing = [] {};
    CHECK(averaging::bayes_step(posterior, BatchEvidence(posterior, values), nothing) == Evidence::used);
    CHECK(posterior.weight(0) == doctest::Approx(0.25).epsilon(1e-14));
    CHECK(posterior.weight(1) == doctest::Approx(0.75).epsilon(1e-14));
    CHECK(posterior.steps == 1);

    const Posterior before = posterior;
    const std::array lost{-infinity<double>, not_a_number<double>};
    CHECK(averaging::bayes_step(posterior, BatchEvidence(posterior, lost),
                                [] { FAIL("mixed without evidence"); }) == Evidence::unusable);
    CHECK(posterior == before);
}

}  // namespace learn_detail_batch_evidence_test
