#include <alrao/learn/model_averaging.hpp>

#include <alrao/learn/averaging.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/log_domain.hpp>
#include <alrao/tensor/philox.hpp>

#include "../effort.hpp"
#include "../golden/switch_reference.hpp"
#include "nonfinite.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace learn_model_averaging_test {

using namespace alrao;

namespace {

using Losses = std::vector<std::vector<double>>;  // log-likelihoods [step][copy]

Posterior follow(const Averaging& averaging, const Losses& losses) {
    Posterior posterior(losses.front().size());
    for (const auto& batch : losses) REQUIRE(averaging.update(posterior, batch) == Evidence::used);
    return posterior;
}

/// Whether a posterior has the weights of a new one.
bool unchanged(const Posterior& posterior) {
    return posterior.log_weights == Posterior(posterior.copies()).log_weights && posterior.steps == 0;
}

Losses random_losses(Philox& random, std::size_t copies, std::size_t steps, double scale) {
    Losses losses(steps, std::vector<double>(copies));
    for (auto& batch : losses) {
        for (double& l : batch) l = scale * random.normal();
    }
    return losses;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double worst = 0;
    for (std::size_t j = 0; j < a.size(); ++j) worst = std::max(worst, std::abs(a[j] - b[j]));
    return worst;
}

/// The posterior of the copy for the next batch, as a sum over all sequences of copies: m segments that
/// start at 0 = t_1 < t_2 < ... have the prior (1 - theta) theta^(m-1) N^-m times the product of
/// P(t_i | t_i > t_(i-1)), with P(n) = 1 / (n (n + 1)).
struct EverySequence {
    const Losses& losses;
    double theta;
    std::vector<double> mass;

    EverySequence(const Losses& given, double switching)
        : losses(given), theta(switching), mass(given.front().size(), 0.0) {
        for (std::size_t j = 0; j < mass.size(); ++j) follow(0, 0, j, 1.0 / copies());
        const double total = std::accumulate(mass.begin(), mass.end(), 0.0);
        for (double& m : mass) m /= total;
    }

    double copies() const { return static_cast<double>(mass.size()); }

    // The current segment started at `start`; `prior` has the factors of all segments up to it.
    void follow(std::size_t now, std::size_t start, std::size_t copy, double prior) {
        if (now == losses.size()) {
            const double later = static_cast<double>(start + 1) / static_cast<double>(now + 1);
            mass[copy] += prior * ((1 - theta) + theta * later);
            return;
        }
        const double seen = prior * std::exp(losses[now][copy]);
        follow(now + 1, start, copy, seen);
        const auto n = static_cast<double>(now + 1);
        const double here = static_cast<double>(start + 1) / (n * (n + 1));
        // a sequence that ends its segment at now + 1 continues with any copy
        for (std::size_t next = 0; next < mass.size(); ++next) {
            begin(now + 1, next, seen * theta * here / copies());
        }
    }

    void begin(std::size_t start, std::size_t copy, double prior) {
        if (start == losses.size()) {
            mass[copy] += prior;  // the probabilities of all continuations sum to 1
        } else {
            follow(start, start, copy, prior);
        }
    }
};

}  // namespace

TEST_CASE("Switch computes the posteriors of the authors' program") {
    const auto replay = [](std::span<const double> log_likelihoods, std::span<const double> log_posteriors,
                           int copies, int steps, double theta) {
        const auto n = static_cast<std::size_t>(copies);
        Posterior posterior(n);
        double worst = 0;
        for (std::size_t t = 0; t <= static_cast<std::size_t>(steps); ++t) {
            if (t > 0) {
                Averaging{Switch{.theta = theta}}.update(posterior, log_likelihoods.subspan((t - 1) * n, n));
            }
            for (std::size_t j = 0; j < n; ++j) {
                worst = std::max(worst, std::abs(posterior.log_weights[j] - log_posteriors[t * n + j]));
            }
        }
        return worst;
    };
    CHECK(replay(golden::random_log_likelihoods, golden::random_log_posteriors, golden::random_copies,
                 golden::random_steps, golden::random_theta) < 1e-13);
    CHECK(replay(golden::all_log_likelihoods, golden::all_log_posteriors, golden::all_copies,
                 golden::all_steps, golden::all_theta) < 1e-13);
}

TEST_CASE("Switch is Bayes' rule over all sequences of copies (N <= 3, T <= 8)") {
    Philox random{Seed{11}, 0};
    double worst = 0;
    for (std::size_t copies = 2; copies <= 3; ++copies) {
        for (std::size_t steps = 1; steps <= 8; ++steps) {
            for (const double theta : {0.9999, 0.999, 0.5, 0.1}) {
                Losses losses = random_losses(random, copies, steps, 2);
                if (steps > 3) losses[2][0] = -infinity<double>;
                const EverySequence every(losses, theta);
                worst = std::max(
                    worst, distance(follow(Averaging{Switch{.theta = theta}}, losses).weights(), every.mass));
            }
        }
    }
    CHECK(worst <= 1e-12);
}

TEST_CASE("the loss of the mixture exceeds that of the best copy by at most ln N - ln(1 - theta)") {
    Philox random{Seed{12}, 0};
    const std::array thetas{0.9999, 0.999, 0.5, 0.1};
    int violations = 0;
    std::vector<double> batch;
    std::vector<double> total;
    for (std::size_t sequence = 0; sequence < effort(100'000, 3'000); ++sequence) {
        const std::size_t kind = sequence % 6;
        const Switch policy{.theta = thetas[static_cast<std::size_t>(random.below(4))]};
        const Averaging averaging = policy;
        const auto copies = 2 + static_cast<std::size_t>(random.below(5));
        const auto steps = 5 + static_cast<int>(random.below(25));
        const double scale = std::pow(10.0, 5 * random.uniform() - 2);
        const auto sane = static_cast<std::size_t>(random.below(copies));
        Posterior posterior(copies);
        batch.assign(copies, 0.0);
        total.assign(copies, 0.0);
        double mixture = 0;
        const double allowed = std::log(static_cast<double>(copies)) - std::log1p(-policy.theta) + 1e-9;
        for (int t = 0; t < steps; ++t) {
            const auto leader = static_cast<std::size_t>(t / 5) % copies;
            for (std::size_t j = 0; j < copies; ++j) {
                batch[j] = scale * (2 * random.uniform() - 1);
                if (kind == 1) batch[j] = j == posterior.best() ? -scale : 0.0;
                if (kind == 2) batch[j] = j == leader ? 0.0 : -scale;
                if (kind == 3 && j != sane && random.below(3) == 0) batch[j] = -infinity<double>;
                if (kind == 4 && j != sane && random.below(2) == 0) batch[j] = -1e300;
                if (kind == 5 && j != sane && random.below(2) == 0) batch[j] = not_a_number<double>;
            }
            for (double& l : batch) {
                if (kind == 5 && !is_finite(l) && random.below(2) == 0) l = -infinity<double>;
            }
            mixture -= log_sum(copies, [&](std::size_t j) {
                return posterior.log_weights[j] + (is_finite(batch[j]) ? batch[j] : log_zero);
            });
            for (std::size_t j = 0; j < copies; ++j) {
                total[j] -= is_finite(batch[j]) ? batch[j] : log_zero;
            }
            averaging.update(posterior, batch);
            if (!(mixture <= *std::min_element(total.begin(), total.end()) + allowed)) ++violations;
        }
    }
    CHECK(violations == 0);
}

TEST_CASE("adding a constant to a batch's log-likelihoods changes nothing") {
    Philox random{Seed{13}, 0};
    for (const Averaging& averaging :
         {Averaging{Switch{}}, Averaging{BayesMixture{}}, Averaging{FixedShare{}}}) {
        // multiples of 2^-20, so that a shift by 1e6 is exact
        Losses losses = random_losses(random, 4, 50, 1);
        for (auto& batch : losses) {
            for (double& l : batch) l = std::round(l * 0x1p20) * 0x1p-20;
        }
        const Posterior plain = follow(averaging, losses);
        for (const double shift : {1e6, -1e6, 1.0, -37.0}) {
            Losses moved = losses;
            for (auto& batch : moved) {
                for (double& l : batch) l += shift;
            }
            CHECK(follow(averaging, moved) == plain);
        }
    }
}

TEST_CASE("the order of the copies does not matter") {
    Philox random{Seed{14}, 0};
    const std::array<std::size_t, 5> order{3, 0, 4, 2, 1};
    for (const Averaging& averaging :
         {Averaging{Switch{}}, Averaging{BayesMixture{}}, Averaging{FixedShare{}}, Averaging{Uniform{}}}) {
        Losses losses = random_losses(random, 5, 50, 1);
        losses.back()[2] = -infinity<double>;
        Losses permuted = losses;
        for (std::size_t t = 0; t < losses.size(); ++t) {
            for (std::size_t j = 0; j < 5; ++j) permuted[t][j] = losses[t][order[j]];
        }
        const auto plain = follow(averaging, losses).weights();
        const auto moved = follow(averaging, permuted).weights();
        for (std::size_t j = 0; j < 5; ++j) {
            CHECK(moved[j] == doctest::Approx(plain[order[j]]).epsilon(1e-12));
        }
    }
}

TEST_CASE("after a million batches the weights still sum to 1, and no copy is lost") {
    Philox random{Seed{15}, 0};
    Posterior posterior(10);
    std::vector<double> batch(10);
    const std::size_t batches = effort(1'000'000, 20'000);
    for (std::size_t t = 0; t < batches; ++t) {
        for (std::size_t j = 0; j < 10; ++j) {
            batch[j] = -0.1 * static_cast<double>(j) - random.uniform();
        }
        Averaging{Switch{}}.update(posterior, batch);
    }
    const auto weights = posterior.weights();
    CHECK(std::abs(std::accumulate(weights.begin(), weights.end(), 0.0) - 1) < 1e-12);
    CHECK(posterior.steps == batches);
    CHECK(posterior.best() == 0);
    CHECK(*std::min_element(posterior.log_weights.begin(), posterior.log_weights.end()) > -20);
}

TEST_CASE("a useless copy keeps its part of the mass that switches") {
    Posterior posterior(10);
    std::vector<double> batch(10, -infinity<double>);
    batch[3] = -1;
    for (int t = 0; t < 1563; ++t) Averaging{Switch{}}.update(posterior, batch);
    double unstable = 0;
    for (std::size_t j = 0; j < posterior.copies(); ++j) unstable += std::exp(posterior.memory[j]);
    CHECK(posterior.weight(0) == doctest::Approx(unstable * 0.9999 / (10 * 1564)).epsilon(1e-3).scale(0));
    CHECK(posterior.weight(0) == doctest::Approx(6.4e-5).epsilon(0.1).scale(0));
    CHECK(posterior.best() == 3);
}

TEST_CASE("BayesMixture and FixedShare follow their formulas") {
    Philox random{Seed{16}, 0};
    const Losses losses = random_losses(random, 3, 20, 1);
    std::vector<double> bayes(3, 1.0 / 3);
    std::vector<double> share(3, 1.0 / 3);
    for (const auto& batch : losses) {
        double bayes_sum = 0;
        double share_sum = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            bayes_sum += bayes[j] *= std::exp(batch[j]);
            share_sum += share[j] *= std::exp(batch[j]);
        }
        for (std::size_t j = 0; j < 3; ++j) {
            bayes[j] /= bayes_sum;
            share[j] = 0.9 * share[j] / share_sum + 0.1 / 3;
        }
    }
    CHECK(distance(follow(BayesMixture{}, losses).weights(), bayes) < 1e-13);
    CHECK(distance(follow(FixedShare{.alpha = 0.1}, losses).weights(), share) < 1e-13);
}

TEST_CASE("a copy that is not finite gets weight 0: for ever with Bayes, else until it recovers") {
    const std::vector<double> lost{-1, not_a_number<double>, -infinity<double>};
    const std::vector<double> back{-1, -1, -1};
    for (const Averaging& averaging :
         {Averaging{Switch{}}, Averaging{BayesMixture{}}, Averaging{FixedShare{}}, Averaging{Uniform{}}}) {
        Posterior posterior(3);
        REQUIRE(averaging.update(posterior, lost) == Evidence::used);
        CHECK(posterior.best() == 0);
        CHECK(posterior.weight(1) == posterior.weight(2));
        CHECK(posterior.weight(1) < 0.2);
        REQUIRE(averaging.update(posterior, back) == Evidence::used);
        const bool bayes = averaging == Averaging{BayesMixture{}};
        CHECK((posterior.weight(1) == 0) == bayes);
        for (const double log_weight : posterior.log_weights) CHECK(log_weight <= 0);
    }
    Posterior uniform(3);
    Uniform{}.update(uniform, lost);
    CHECK(uniform.weights() == std::vector<double>{1, 0, 0});
    Uniform{}.update(uniform, back);
    CHECK(uniform.weight(2) == doctest::Approx(1.0 / 3).epsilon(1e-15));
}

TEST_CASE("if no copy is finite, the posterior does not change and the result is unusable") {
    const std::vector<double> usual{-1, -2, -3};
    const std::vector<double> lost{-infinity<double>, not_a_number<double>, -infinity<double>};
    for (const Averaging& averaging :
         {Averaging{Switch{}}, Averaging{BayesMixture{}}, Averaging{FixedShare{}}, Averaging{Uniform{}}}) {
        Posterior posterior(3);
        CHECK(averaging.update(posterior, lost) == Evidence::unusable);
        CHECK(unchanged(posterior));
        averaging.update(posterior, usual);
        const Posterior before = posterior;
        CHECK(averaging.update(posterior, lost) == Evidence::unusable);
        CHECK(posterior == before);
    }
    // Bayes: the only finite copies have weight 0
    Posterior posterior(3);
    BayesMixture{}.update(posterior, std::vector<double>{-1, -infinity<double>, -infinity<double>});
    const Posterior before = posterior;
    CHECK(BayesMixture{}.update(posterior, std::vector<double>{-infinity<double>, -1, -1}) ==
          Evidence::unusable);
    CHECK(posterior == before);
}

TEST_CASE("a single copy always has weight 1") {
    for (const Averaging& averaging :
         {Averaging{Switch{}}, Averaging{BayesMixture{}}, Averaging{FixedShare{}}, Averaging{Uniform{}}}) {
        Posterior posterior(1);
        CHECK(averaging.update(posterior, std::vector<double>{-2}) == Evidence::used);
        CHECK(unchanged(posterior));
        CHECK(averaging.update(posterior, std::vector<double>{-infinity<double>}) == Evidence::unusable);
        CHECK(unchanged(posterior));
    }
}

TEST_CASE("the largest log-likelihoods of double give weights, not NaN") {
    for (const Averaging& averaging :
         {Averaging{Switch{}}, Averaging{BayesMixture{}}, Averaging{FixedShare{}}, Averaging{Uniform{}}}) {
        Posterior posterior(4);
        for (int t = 0; t < 10; ++t) {
            averaging.update(posterior, std::vector<double>{-1e38, 1e38, -1.7e308, 1.7e308});
            averaging.update(posterior, std::vector<double>{1.7e308, 0, -1.7e308, -1e38});
        }
        const auto weights = posterior.weights();
        CHECK(std::accumulate(weights.begin(), weights.end(), 0.0) == doctest::Approx(1).epsilon(1e-12));
    }
}

TEST_CASE("a policy that is used later begins with the current weights") {
    Philox random{Seed{17}, 0};
    const Losses losses = random_losses(random, 3, 10, 1);
    Posterior posterior = follow(BayesMixture{}, losses);
    CHECK(Averaging{Switch{}}.update(posterior, std::vector<double>{0, 0, 0}) == Evidence::used);
    const auto bayes = follow(BayesMixture{}, losses).weights();
    for (std::size_t j = 0; j < 3; ++j) {
        CHECK(posterior.weight(j) == doctest::Approx(bayes[j] * 11 / 12 + 1.0 / 36).epsilon(1e-12));
    }
}

TEST_CASE("invalid values are refused and do not change the posterior") {
    const std::vector<double> usual{-1, -2};
    Posterior posterior(2);
    for (const double bad : {0.0, 1.0, -0.1, 1.1, 1 - 1e-17, infinity<double>, not_a_number<double>}) {
        CHECK_THROWS_WITH_AS(Switch{.theta = bad}.update(posterior, usual),
                             doctest::Contains("theta must lie between 0 and 1"), ArgumentError);
        CHECK_THROWS_WITH_AS(FixedShare{.alpha = bad}.update(posterior, usual), doctest::Contains("alpha"),
                             ArgumentError);
    }
    for (const Averaging& averaging :
         {Averaging{Switch{}}, Averaging{BayesMixture{}}, Averaging{FixedShare{}}, Averaging{Uniform{}}}) {
        CHECK_THROWS_AS(averaging.update(posterior, std::vector<double>{-1, infinity<double>}),
                        ArgumentError);
        CHECK_THROWS_AS(averaging.update(posterior, std::vector<double>{-1}), ArgumentError);
    }
    CHECK(unchanged(posterior));
}

TEST_CASE("the policies satisfy AveragingPolicy, and Switch is the default") {
    static_assert(AveragingPolicy<Switch> && AveragingPolicy<BayesMixture>);
    static_assert(AveragingPolicy<FixedShare> && AveragingPolicy<Uniform>);
    static_assert(!AveragingPolicy<int>);
    static_assert(Switch{}.theta == 0.9999);
    CHECK(Averaging{} == Averaging{Switch{}});
}

TEST_CASE("Switch refuses a posterior without its memory, which Averaging allocates") {
    Posterior posterior(3);
    CHECK_THROWS_WITH_AS(Switch{}.update(posterior, std::vector<double>{-1, -2, -3}),
                         doctest::Contains("memory"), ArgumentError);
    CHECK_THROWS_WITH_AS(Switch{}.drop(posterior, [](std::size_t) { return true; }),
                         doctest::Contains("memory"), ArgumentError);
    CHECK(unchanged(posterior));
}

}  // namespace learn_model_averaging_test
