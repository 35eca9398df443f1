#include <alrao/kernels/head/gaussian_mixture.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <vector>

namespace kernels_head_gaussian_mixture_test {

using namespace alrao;
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
struct Head {
    std::size_t batch, copies, outputs, pitch;
    bool select = false;
    std::vector<T> means, targets, weights, own, trunk;
    std::vector<std::int32_t> selected;
    std::vector<double> log_weights, variances, log_likelihood;
    kernels::MixtureSums sums;

    Head(std::size_t b, std::size_t n, std::size_t d, bool s = false)
        : batch(b), copies(n), outputs(d), pitch((n * d + 15) / 16 * 16), select(s), log_likelihood(n) {
        for (std::size_t i = 0; i < b * pitch; ++i) {
            means.push_back(static_cast<T>(std::sin(static_cast<double>(i * i % 1009))));
        }
        for (std::size_t i = 0; i < b * (s ? 1 : d); ++i) {
            targets.push_back(static_cast<T>(std::cos(static_cast<double>(i))));
        }
        for (std::size_t i = 0; i < b; ++i) {
            selected.push_back(static_cast<std::int32_t>(i * 5 % d));
            weights.push_back(static_cast<T>(0.5 + static_cast<double>(i % 3)));
        }
        double total = 0;
        for (std::size_t j = 0; j < n; ++j) total += static_cast<double>(j + 1);
        for (std::size_t j = 0; j < n; ++j) {
            log_weights.push_back(n == 1 ? 0.0 : std::log(static_cast<double>(j + 1) / total));
            variances.push_back(0.5 + 0.25 * static_cast<double>(j));
        }
        own.assign(b * pitch, T(7));
        trunk.assign(b * pitch, T(7));
    }
    [[nodiscard]] kernels::GaussianBatch<T> input() const {
        return {batch,
                copies,
                outputs,
                log_weights.data(),
                variances.data(),
                {.targets = targets.data(),
                 .selected = select ? selected.data() : nullptr,
                 .weights = weights.data()}};
    }
    void train(T scale, int threads = 1, bool in_place = false) {
        Threads team(threads);
        std::vector<double> workspace(kernels::MixtureWorkspace::size(batch, copies), 3.0);
        if (in_place) own = means;
        sums =
            kernels::gaussian_mixture<OwnTiles<>, T>(input(), {in_place ? own.data() : means.data(), pitch},
                                                     {{own.data(), pitch}, {trunk.data(), pitch}, scale},
                                                     log_likelihood.data(), workspace.data(), team);
    }
    void evaluate() {
        Threads team(2);
        std::vector<double> workspace(kernels::MixtureWorkspace::size(batch, copies), 3.0);
        sums = kernels::gaussian_mixture_evaluate<OwnTiles<>, T>(
            input(), {means.data(), pitch}, log_likelihood.data(), workspace.data(), team);
    }
    /// The density of a sample under a copy: the product of one-dimensional normal densities.
    [[nodiscard]] double density(std::size_t b, std::size_t j) const {
        double product = 1;
        for (std::size_t d = 0; d < outputs; ++d) {
            if (select && d != static_cast<std::size_t>(selected[b])) continue;
            const double apart = static_cast<double>(means[b * pitch + j * outputs + d]) -
                                 static_cast<double>(targets[select ? b : b * outputs + d]);
            product *= std::exp(-apart * apart / (2 * variances[j])) /
                       std::sqrt(2 * std::numbers::pi * variances[j]);
        }
        return product;
    }
};

}  // namespace

TEST_CASE_TEMPLATE("sums equal those of products of normal densities", T, float, double) {
    for (const bool select : {false, true}) {
        for (const std::size_t copies : {1U, 2U, 10U}) {
            for (const std::size_t outputs : {1U, 3U, 7U}) {
                Head<T> h(40, copies, outputs, select);
                h.train(T(1));
                double loss = 0;
                std::vector<double> log_likelihood(copies, 0.0);
                for (std::size_t b = 0; b < 40; ++b) {
                    double mixture = 0;
                    const auto w = static_cast<double>(h.weights[b]);
                    for (std::size_t j = 0; j < copies; ++j) {
                        mixture += std::exp(h.log_weights[j]) * h.density(b, j);
                        log_likelihood[j] += w * std::log(h.density(b, j));
                    }
                    loss -= w * std::log(mixture);
                }
                CHECK(h.sums.loss == doctest::Approx(loss).epsilon(1e-12));
                CHECK(h.sums.finite_copies == copies);
                for (std::size_t j = 0; j < copies; ++j) {
                    CHECK(h.log_likelihood[j] == doctest::Approx(log_likelihood[j]).epsilon(1e-12));
                }
                const auto trained = h.sums.loss;
                h.evaluate();
                CHECK(h.sums.loss == trained);
                for (std::size_t b = 0; b < 40; ++b) {
                    for (std::size_t i = copies * outputs; i < h.pitch; ++i) {
                        REQUIRE(h.own[b * h.pitch + i] == 0);
                        REQUIRE(h.trunk[b * h.pitch + i] == 0);
                    }
                }
                if (copies == 1) {
                    CHECK(std::memcmp(h.own.data(), h.trunk.data(), h.own.size() * sizeof(T)) == 0);
                }
            }
        }
    }
}

TEST_CASE("gradients are the derivatives of their losses, and 0 for outputs that are not selected") {
    for (const bool select : {false, true}) {
        Head<double> h(4, 3, 2, select);
        h.train(0.25);
        const double step = 1e-3;
        for (std::size_t b = 0; b < 4; ++b) {
            for (std::size_t c = 0; c < 6; ++c) {
                const auto losses = [&](double shift) {
                    Head<double> moved = h;
                    moved.means[b * h.pitch + c] += shift;
                    moved.evaluate();
                    return std::pair{moved.sums.loss / 4, -moved.log_likelihood[c / 2] / 4};
                };
                const auto a = losses(step), z = losses(-step), aa = losses(2 * step), zz = losses(-2 * step);
                const auto slope = [&](double p1, double m1, double p2, double m2) {
                    return (8 * (p1 - m1) - (p2 - m2)) / (12 * step);
                };
                REQUIRE(
                    h.trunk[b * h.pitch + c] ==
                    doctest::Approx(slope(a.first, z.first, aa.first, zz.first)).epsilon(1e-9).scale(0.1));
                REQUIRE(h.own[b * h.pitch + c] ==
                        doctest::Approx(slope(a.second, z.second, aa.second, zz.second))
                            .epsilon(1e-9)
                            .scale(0.1));
                if (select && c % 2 != static_cast<std::size_t>(h.selected[b])) {
                    REQUIRE(h.own[b * h.pitch + c] == 0);
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("Gaussian mixture: same bits on 1, 2 and 3 threads and in place", T, float, double) {
    Head<T> one(900, 6, 2);
    one.train(T(0.01));
    for (const int threads : {2, 3}) {
        Head<T> many(900, 6, 2);
        many.train(T(0.01), threads, threads == 3);
        REQUIRE(many.own == one.own);
        REQUIRE(many.trunk == one.trunk);
        REQUIRE(many.log_likelihood == one.log_likelihood);
        REQUIRE(many.sums.loss == one.sums.loss);
    }
}

TEST_CASE_TEMPLATE("a copy that is not finite is excluded; without any copy the loss is infinite", T, float,
                   double) {
    const T huge = std::numeric_limits<T>::max();
    for (const T bad :
         {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(), huge, -huge}) {
        Head<T> h(10, 3, 2);
        h.means[4 * h.pitch + 3] = bad;
        h.variances[1] = 0.01;  // makes the gradient of a very large mean overflow
        h.train(T(1));
        CHECK(h.sums.finite_copies == 2);
        CHECK(h.log_likelihood[1] == -infinity);
        CHECK(is_finite(h.sums.loss));
        for (std::size_t i = 0; i < h.own.size(); ++i) {
            REQUIRE(is_finite(h.own[i]));
            REQUIRE(is_finite(h.trunk[i]));
            if (i % h.pitch == 2 || i % h.pitch == 3) REQUIRE(h.own[i] == 0);
        }
        REQUIRE(h.own[0] != 0);
        h.evaluate();
        CHECK(h.log_likelihood[1] == -infinity);
        CHECK(is_finite(h.sums.loss));
    }
    Head<T> none(3, 1, 1);
    none.means[0] = std::numeric_limits<T>::quiet_NaN();
    none.train(T(1));
    CHECK(none.sums.finite_copies == 0);
    CHECK(none.sums.loss == infinity);
    for (const T value : none.own) REQUIRE(value == 0);
}

TEST_CASE_TEMPLATE("the mean of the mixture excludes copies that are not finite or have weight 0", T, float,
                   double) {
    Head<T> h(6, 3, 2);
    h.means[2 * h.pitch + 1] = std::numeric_limits<T>::quiet_NaN();  // copy 0, sample 2
    std::vector<T> to(6 * 3, T(9));
    Threads threads(2);
    const auto predict = [&] {
        kernels::gaussian_mixture_predict<OwnTiles<>, T>(6, 3, 2, h.log_weights.data(),
                                                         {h.means.data(), h.pitch}, {to.data(), 3}, threads);
    };
    predict();
    for (std::size_t b = 0; b < 6; ++b) {
        for (std::size_t d = 0; d < 2; ++d) {
            double sum = 0, total = 0;
            for (std::size_t j = b == 2 ? 1 : 0; j < 3; ++j) {
                sum += std::exp(h.log_weights[j]) * static_cast<double>(h.means[b * h.pitch + j * 2 + d]);
                total += std::exp(h.log_weights[j]);
            }
            REQUIRE(to[b * 3 + d] == doctest::Approx(sum / total).epsilon(1e-6));
        }
        REQUIRE(to[b * 3 + 2] == T(9));
    }
    h.log_weights = {0.0, -1000.0, -infinity};  // exp underflows to 0, but the weight is not 0
    predict();
    CHECK(to[2 * 3] == h.means[2 * h.pitch + 2]);
    CHECK(to[0] == h.means[0]);
    h.log_weights = {0.0, -infinity, -infinity};
    predict();
    CHECK(to[0] == h.means[0]);
    CHECK(std::isnan(to[2 * 3]));
}

}  // namespace kernels_head_gaussian_mixture_test
