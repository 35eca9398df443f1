#include <alrao/kernels/head/softmax_mixture.hpp>
#include <alrao/tensor/backend.hpp>

#include "../same_bits.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace kernels_head_softmax_mixture_test {

using namespace alrao;
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A batch of scores, and the results of the kernel.
template <class T>
struct Head {
    std::size_t batch, copies, classes, pitch;
    std::vector<T> scores, own, trunk, weights;
    std::vector<std::int32_t> labels;
    std::vector<double> log_weights, log_likelihood;
    kernels::MixtureSums sums;

    Head(std::size_t b, std::size_t n, std::size_t k)
        : batch(b), copies(n), classes(k), pitch((n * k + 15) / 16 * 16), log_likelihood(n) {
        for (std::size_t i = 0; i < b * pitch; ++i) {
            scores.push_back(static_cast<T>(4 * std::sin(static_cast<double>(i * i % 1009))));
        }
        for (std::size_t i = 0; i < b; ++i) {
            labels.push_back(static_cast<std::int32_t>((i * 7 + 1) % k));
            weights.push_back(static_cast<T>(0.5 + static_cast<double>(i % 3)));
        }
        double total = 0;
        for (std::size_t j = 0; j < n; ++j) total += static_cast<double>(j + 1);
        for (std::size_t j = 0; j < n; ++j) {
            log_weights.push_back(n == 1 ? 0.0 : std::log(static_cast<double>(j + 1) / total));
        }
        own.assign(b * pitch, T(7));
        trunk.assign(b * pitch, T(7));
    }

    [[nodiscard]] kernels::SoftmaxBatch<T> input(bool weighted = false) const {
        return {batch,
                copies,
                classes,
                log_weights.data(),
                {.labels = labels.data(), .weights = weighted ? weights.data() : nullptr}};
    }

    void train(T scale, bool weighted = false, int threads = 1, bool in_place = false) {
        Threads team(threads);
        std::vector<double> workspace(kernels::MixtureWorkspace::size(batch, copies), 3.0);
        if (in_place) own = scores;
        const T* from = in_place ? own.data() : scores.data();
        sums = kernels::softmax_mixture<OwnTiles<>, T>(input(weighted), {from, pitch},
                                                       {{own.data(), pitch}, {trunk.data(), pitch}, scale},
                                                       log_likelihood.data(), workspace.data(), team);
    }

    void evaluate(bool weighted = false, int threads = 1) {
        Threads team(threads);
        std::vector<double> workspace(kernels::MixtureWorkspace::size(batch, copies), 3.0);
        auto scratch = scores;
        sums = kernels::softmax_mixture_evaluate<OwnTiles<>, T>(
            input(weighted), {scratch.data(), pitch}, log_likelihood.data(), workspace.data(), team);
    }

    [[nodiscard]] std::vector<T> predict(int threads = 1) const {
        Threads team(threads);
        std::vector<double> workspace(kernels::MixtureWorkspace::size(batch, copies), 3.0);
        auto scratch = scores;
        std::vector<T> probabilities(batch * (classes + 2), T(9));
        kernels::softmax_mixture_predict<OwnTiles<>, T>(
            input(), {scratch.data(), pitch}, {probabilities.data(), classes + 2}, workspace.data(), team);
        return probabilities;
    }

    /// ln p_j(k) of a sample, from the definition.
    [[nodiscard]] long double log_probability(std::size_t b, std::size_t j, std::size_t k) const {
        const T* x = scores.data() + b * pitch + j * classes;
        const long double most = static_cast<long double>(*std::max_element(x, x + classes));
        long double sum = 0;
        for (std::size_t i = 0; i < classes; ++i) {
            sum += std::exp(static_cast<long double>(x[i]) - most);
        }
        return static_cast<long double>(x[k]) - most - std::log(sum);
    }

    /// sum_j a_j p_j(k)
    [[nodiscard]] long double mixture(std::size_t b, std::size_t k) const {
        long double sum = 0;
        for (std::size_t j = 0; j < copies; ++j) {
            sum += std::exp(static_cast<long double>(log_weights[j]) + log_probability(b, j, k));
        }
        return sum;
    }
};

template <class T>
constexpr double tolerance = 20 * static_cast<double>(std::numeric_limits<T>::epsilon());

}  // namespace

TEST_CASE_TEMPLATE("gradients, sums and correct samples equal those of the definition", T, float, double) {
    for (const std::size_t copies : {1U, 2U, 6U, 10U, 13U}) {
        for (const std::size_t classes : {2U, 3U, 10U, 16U, 33U, 70U}) {
            Head<T> h(9, copies, classes);
            const T scale = T(1) / T(9);
            h.train(scale, true);
            double loss = 0, weight = 0;
            std::vector<double> log_likelihood(copies, 0.0);
            std::size_t correct = 0;
            for (std::size_t b = 0; b < h.batch; ++b) {
                const auto y = static_cast<std::size_t>(h.labels[b]);
                const auto w = static_cast<double>(h.weights[b]);
                const auto likelihood = static_cast<double>(h.mixture(b, y));
                loss -= w * std::log(likelihood);
                weight += w;
                bool best = true;
                for (std::size_t k = 0; k < classes; ++k) best = best && h.mixture(b, k) <= h.mixture(b, y);
                correct += best ? 1 : 0;
                for (std::size_t j = 0; j < copies; ++j) {
                    const auto at = static_cast<double>(h.log_probability(b, j, y));
                    log_likelihood[j] += w * at;
                    const double share = std::exp(h.log_weights[j] + at) / likelihood;
                    for (std::size_t k = 0; k < classes; ++k) {
                        const double p = std::exp(static_cast<double>(h.log_probability(b, j, k)));
                        const double delta = (p - (k == y ? 1 : 0)) * w * static_cast<double>(scale);
                        const std::size_t i = b * h.pitch + j * classes + k;
                        REQUIRE(std::abs(static_cast<double>(h.own[i]) - delta) <= tolerance<T>);
                        REQUIRE(std::abs(static_cast<double>(h.trunk[i]) - share * delta) <= tolerance<T>);
                    }
                }
                for (std::size_t i = copies * classes; i < h.pitch; ++i) {
                    REQUIRE(h.own[b * h.pitch + i] == 0);
                    REQUIRE(h.trunk[b * h.pitch + i] == 0);
                }
            }
            REQUIRE(h.sums.loss == doctest::Approx(loss).epsilon(tolerance<T>));
            REQUIRE(h.sums.weight == doctest::Approx(weight).epsilon(1e-14));
            REQUIRE(h.sums.correct == correct);
            REQUIRE(h.sums.finite_copies == copies);
            for (std::size_t j = 0; j < copies; ++j) {
                REQUIRE(h.log_likelihood[j] == doctest::Approx(log_likelihood[j]).epsilon(tolerance<T>));
            }
        }
    }
}

TEST_CASE("gradients of the softmax mixture are the derivatives of their losses") {
    Head<double> h(4, 3, 5);
    h.train(0.25);
    const double step = 1e-4;
    for (std::size_t b = 0; b < 4; ++b) {
        for (std::size_t c = 0; c < 15; ++c) {
            const std::size_t copy = c / 5;
            const auto losses = [&](double shift) {
                Head<double> moved = h;
                moved.scores[b * h.pitch + c] += shift;
                moved.evaluate();
                return std::pair{moved.sums.loss / 4, -moved.log_likelihood[copy] / 4};
            };
            const auto a = losses(step), z = losses(-step), aa = losses(2 * step), zz = losses(-2 * step);
            const auto slope = [&](double p1, double m1, double p2, double m2) {
                return (8 * (p1 - m1) - (p2 - m2)) / (12 * step);
            };
            // The trunk gradient: the derivative of the mixture's loss with respect to this score.
            REQUIRE(h.trunk[b * h.pitch + c] ==
                    doctest::Approx(slope(a.first, z.first, aa.first, zz.first)).epsilon(1e-9).scale(0.01));
            // The copy's own gradient: the derivative of its own loss, not scaled by its weight.
            REQUIRE(
                h.own[b * h.pitch + c] ==
                doctest::Approx(slope(a.second, z.second, aa.second, zz.second)).epsilon(1e-9).scale(0.01));
        }
    }
}

TEST_CASE_TEMPLATE("with one copy, the trunk gradient and the copy's own have equal bits", T, float, double) {
    for (const std::size_t classes : {2U, 10U, 19U, 100U}) {
        Head<T> h(50, 1, classes);
        h.train(T(1) / T(50), true);
        REQUIRE(same_bits(h.own, h.trunk));
        REQUIRE(h.sums.loss == doctest::Approx(-h.log_likelihood[0]).epsilon(1e-14));
    }
}

TEST_CASE_TEMPLATE("the bits of a sample do not depend on threads, position or memory", T, float, double) {
    for (const std::size_t copies : {1U, 6U, 10U}) {
        Head<T> one(1000, copies, 10);
        one.train(T(0.01), true);
        for (const int threads : {2, 3}) {
            Head<T> many(1000, copies, 10);
            many.train(T(0.01), true, threads, threads == 3);
            REQUIRE(same_bits(many.own, one.own));
            REQUIRE(same_bits(many.trunk, one.trunk));
            REQUIRE(same_bits(many.log_likelihood, one.log_likelihood));
            REQUIRE(many.sums.loss == one.sums.loss);
            REQUIRE(many.sums.correct == one.sums.correct);
            REQUIRE(many.predict(threads) == one.predict(1));
        }
        for (const std::size_t b : {0U, 128U, 999U}) {
            Head<T> alone(1, copies, 10);
            std::copy_n(one.scores.begin() + static_cast<std::ptrdiff_t>(b * one.pitch), one.pitch,
                        alone.scores.begin());
            alone.labels[0] = one.labels[b];
            alone.weights[0] = one.weights[b];
            alone.train(T(0.01), true);
            REQUIRE(std::memcmp(alone.own.data(), one.own.data() + b * one.pitch, one.pitch * sizeof(T)) ==
                    0);
        }
    }
}

TEST_CASE_TEMPLATE("a copy that is not finite is excluded from the batch and does not change the others", T,
                   float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    for (const T bad : {nan, -nan, std::numeric_limits<T>::infinity(), -std::numeric_limits<T>::infinity(),
                        std::numeric_limits<T>::max()}) {
        Head<T> h(20, 3, 5);
        h.scores[7 * h.pitch + 5 + 2] = bad;  // copy 1, one sample
        h.train(T(0.05));
        CHECK(h.sums.finite_copies == 2);
        CHECK(h.log_likelihood[1] == -infinity);
        Head<T> without(20, 2, 5);  // the same without that copy
        for (std::size_t b = 0; b < 20; ++b) {
            for (std::size_t k = 0; k < 5; ++k) {
                without.scores[b * without.pitch + k] = h.scores[b * h.pitch + k];
                without.scores[b * without.pitch + 5 + k] = h.scores[b * h.pitch + 10 + k];
            }
        }
        without.log_weights = {std::log(1.0 / 4), std::log(3.0 / 4)};
        without.train(T(0.05));
        CHECK(h.sums.loss == doctest::Approx(without.sums.loss).epsilon(1e-14));
        CHECK(h.sums.correct == without.sums.correct);
        CHECK(h.log_likelihood[0] == without.log_likelihood[0]);
        CHECK(h.log_likelihood[2] == without.log_likelihood[1]);
        for (std::size_t b = 0; b < 20; ++b) {
            for (std::size_t k = 0; k < 5; ++k) {
                REQUIRE(h.own[b * h.pitch + k] == without.own[b * without.pitch + k]);
                REQUIRE(h.own[b * h.pitch + 5 + k] == 0);
                REQUIRE(h.trunk[b * h.pitch + 5 + k] == 0);
                REQUIRE(h.trunk[b * h.pitch + 10 + k] ==
                        doctest::Approx(without.trunk[b * without.pitch + 5 + k]).epsilon(tolerance<T>));
            }
        }
        // In evaluation the copy is excluded only from its sample.
        h.evaluate();
        CHECK(h.sums.finite_copies == 2);
        CHECK(h.log_likelihood[1] == -infinity);
        CHECK(is_finite(h.sums.loss));
        const auto p = h.predict();
        for (std::size_t b = 0; b < 20; ++b) {
            T sum{0};
            for (std::size_t k = 0; k < 5; ++k) sum += p[b * 7 + k];
            REQUIRE(sum == doctest::Approx(1.0).epsilon(1e-6));
            REQUIRE(p[b * 7 + 5] == T(9));
        }
        REQUIRE(p[7 * 7] == doctest::Approx(without.predict()[7 * 7]).epsilon(tolerance<T>));
    }
}

TEST_CASE_TEMPLATE("without any copy the loss is infinite and the gradients are not NaN", T, float, double) {
    Head<T> h(3, 2, 4);
    h.scores[0] = std::numeric_limits<T>::quiet_NaN();
    h.scores[h.pitch + 5] = std::numeric_limits<T>::infinity();
    h.train(T(1));
    CHECK(h.sums.finite_copies == 0);
    CHECK(h.sums.loss == infinity);
    for (std::size_t i = 0; i < h.own.size(); ++i) {
        REQUIRE(h.own[i] == 0);
        REQUIRE(h.trunk[i] == 0);
    }
    Head<T> gone(3, 1, 4);
    gone.scores[gone.pitch] = std::numeric_limits<T>::quiet_NaN();
    const auto p = gone.predict();
    CHECK(is_finite(p[0]));
    CHECK_FALSE(is_finite(p[6]));
    gone.evaluate();
    CHECK(gone.sums.loss == infinity);
}

TEST_CASE_TEMPLATE("a copy whose weight underflows is used if no other is finite", T, float, double) {
    Head<T> h(5, 2, 3);
    h.log_weights = {0, -1000};
    h.scores[1] = std::numeric_limits<T>::quiet_NaN();  // copy 0 in sample 0
    const auto loss_of = [&](std::size_t b, std::size_t j) {
        return -static_cast<double>(h.log_probability(b, j, static_cast<std::size_t>(h.labels[b])));
    };
    h.evaluate();
    double mixed = loss_of(0, 1), alone = mixed;
    for (std::size_t b = 1; b < 5; ++b) mixed += loss_of(b, 0), alone += loss_of(b, 1);
    CHECK(h.sums.loss == doctest::Approx(mixed).epsilon(1e-5));
    const std::vector<T> p = h.predict();
    for (std::size_t k = 0; k < 3; ++k)
        CHECK(static_cast<double>(p[k]) ==
              doctest::Approx(std::exp(static_cast<double>(h.log_probability(0, 1, k)))).epsilon(1e-5));
    h.train(T(1));
    CHECK(h.sums.loss == doctest::Approx(alone).epsilon(1e-5));
}

TEST_CASE_TEMPLATE("a sample without any finite copy is not counted as correct", T, float, double) {
    Head<T> h(4, 2, 3);
    h.labels.assign(4, 0);
    for (T& score : h.scores) score = std::numeric_limits<T>::quiet_NaN();
    h.evaluate();
    CHECK(h.sums.loss == infinity);
    CHECK(h.sums.correct == 0);
    h.train(T(1));
    CHECK(h.sums.correct == 0);
}

TEST_CASE_TEMPLATE("a copy at the end of its row does not change the next row", T, float, double) {
    constexpr std::size_t stride = 80, first = 70, classes = 10;
    std::vector<T> scores(2 * stride + 16, T(1)), probabilities(2 * classes);
    std::vector<double> workspace(kernels::MixtureWorkspace::size(2, 1));
    const double certain = 0;
    Threads team(1);
    kernels::softmax_mixture_predict<OwnTiles<>, T>({.batch = 2,
                                                     .copies = 1,
                                                     .classes = classes,
                                                     .log_weights = &certain,
                                                     .truth = {},
                                                     .room = stride - first},
                                                    {scores.data() + first, stride},
                                                    {probabilities.data(), classes}, workspace.data(), team);
    for (const T p : probabilities) CHECK(static_cast<double>(p) == doctest::Approx(0.1));
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (i % stride < first) CHECK(scores[i] == 1);
}

TEST_CASE_TEMPLATE("a copy of weight 0 has its own gradient but does not change the trunk gradient", T, float,
                   double) {
    Head<T> h(5, 2, 3);
    h.log_weights = {0.0, -infinity};
    h.train(T(0.2));
    CHECK(h.sums.finite_copies == 2);
    CHECK(is_finite(h.log_likelihood[1]));
    for (std::size_t b = 0; b < 5; ++b) {
        REQUIRE(h.own[b * h.pitch + 3] != 0);
        REQUIRE(h.trunk[b * h.pitch + 3] == 0);
        REQUIRE(h.trunk[b * h.pitch] == h.own[b * h.pitch]);
    }
    h.log_weights = {-infinity, -infinity};
    h.train(T(0.2));
    CHECK(h.sums.loss == infinity);
    for (const T value : h.trunk) REQUIRE(value == 0);
}

TEST_CASE_TEMPLATE("large score differences: log-likelihoods are finite where likelihoods underflow", T,
                   float, double) {
    Head<T> h(1, 2, 3);
    const T far = T(5000);
    h.labels = {2};
    for (std::size_t k = 0; k < 6; ++k) h.scores[k] = 0;
    h.scores[0] = far;      // copy 0: ln p(2) = -5000
    h.scores[4] = far / 2;  // copy 1: ln p(2) = -2500
    h.train(T(1));
    CHECK(h.log_likelihood[0] == doctest::Approx(-5000).epsilon(1e-6));
    CHECK(h.sums.loss == doctest::Approx(2500 - std::log(2.0 / 3)).epsilon(1e-6));
    CHECK(h.trunk[4] == doctest::Approx(1));  // copy 1 has all the responsibility
    CHECK(h.trunk[0] == 0);
    CHECK(h.own[0] == doctest::Approx(1));
}

TEST_CASE_TEMPLATE("evaluation gives the sums of training; prediction gives the mixture", T, float, double) {
    Head<T> h(300, 6, 10), e(300, 6, 10);
    h.train(T(1), true);
    e.evaluate(true);
    CHECK(e.sums.loss == h.sums.loss);
    CHECK(e.sums.correct == h.sums.correct);
    CHECK(e.log_likelihood == h.log_likelihood);
    const auto p = h.predict();
    double loss = 0;
    for (std::size_t b = 0; b < 300; ++b) {
        const auto y = static_cast<std::size_t>(h.labels[b]);
        loss -= static_cast<double>(h.weights[b]) * std::log(static_cast<double>(p[b * 12 + y]));
        for (std::size_t k = 0; k < 10; ++k) {
            REQUIRE(p[b * 12 + k] ==
                    doctest::Approx(static_cast<double>(h.mixture(b, k))).epsilon(tolerance<T>));
        }
    }
    CHECK(h.sums.loss == doctest::Approx(loss).epsilon(tolerance<T>));
}

TEST_CASE("known magnitudes of the scores replace a pass over the scores") {
    Head<float> h(4, 2, 3);
    std::vector<float> largest(16, 1.0F), workspace_free;
    largest[4] = std::numeric_limits<float>::quiet_NaN();
    auto in = h.input();
    in.largest_scores = largest.data();
    std::vector<double> workspace(kernels::MixtureWorkspace::size(4, 2));
    Threads threads(1);
    const auto sums = kernels::softmax_mixture<OwnTiles<>, float>(
        in, {h.scores.data(), h.pitch}, {{h.own.data(), h.pitch}, {nullptr, 0}, 1.0F},
        h.log_likelihood.data(), workspace.data(), threads);
    CHECK(sums.finite_copies == 1);
    CHECK(h.own[3] == 0);
    CHECK(h.own[0] != 0);
}

}  // namespace kernels_head_softmax_mixture_test
