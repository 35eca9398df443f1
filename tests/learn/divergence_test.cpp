#include <alrao/learn/divergence.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <sstream>

namespace learn_divergence_test {

using namespace alrao;

TEST_CASE("the binomial tail equals the sum of its terms") {
    CHECK(binomial_tail(5, 0, 0.3) == 1);
    CHECK(binomial_tail(5, 6, 0.3) == 0);
    CHECK(binomial_tail(3, 2, 0.5) == doctest::Approx(0.5));
    CHECK(binomial_tail(10, 10, 0.1) == doctest::Approx(1e-10));
    CHECK(binomial_tail(48, 25, 1.0 / 98) < 1e-30);
    for (const std::size_t n : {1U, 7U, 40U}) {
        for (const double p : {0.01, 0.3, 0.8}) {
            double tail = 0;
            for (std::size_t k = n + 1; k-- > 0;) {
                double ways = 1;
                for (std::size_t i = 0; i < k; ++i)
                    ways *= static_cast<double>(n - i) / static_cast<double>(k - i);
                tail +=
                    ways * std::pow(p, static_cast<double>(k)) * std::pow(1 - p, static_cast<double>(n - k));
                CHECK(binomial_tail(n, k, p) == doctest::Approx(tail).epsilon(1e-9));
            }
        }
    }
}

TEST_CASE("the message contains layer, feature, rate and value") {
    const Divergence event{.step = 17,
                           .path = Path{}.child(3).child(1),
                           .layer = "Dense",
                           .feature = 5,
                           .features = 48,
                           .rate = 2.5,
                           .value = 1e9,
                           .limit = 1000};
    const DivergenceError error(event, "lower it");
    CHECK(std::string(error.what()) ==
          "alrao: diverged at step 17: layer 3.1 (Dense), feature 5 of 48, rate 2.5: output of "
          "magnitude 1e+09, limit 1000; lower it");
    CHECK(error.divergence.feature == 5);
    std::ostringstream printed;
    printed << event;
    CHECK(printed.str() == divergence_text(event));
    Divergence lost = event;
    lost.copy = true;
    lost.value = -std::numeric_limits<double>::infinity();
    CHECK(divergence_text(lost).ends_with("copy 5 of 48, rate 2.5: its likelihood is not finite"));
    lost.kind = Divergence::Kind::gradient;
    CHECK(divergence_text(lost).ends_with("gradient is not finite"));
}

}  // namespace learn_divergence_test
