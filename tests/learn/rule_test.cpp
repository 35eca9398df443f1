#include "../effort.hpp"
#include "../golden/torch_reference.hpp"

#include <alrao/kernels/update/update.hpp>
#include <alrao/learn/rule.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

namespace learn_rule_test {

using namespace alrao;

namespace {

/// Minimises a function of a few parameters, each with its rate.
template <class Rule>
struct Descent {
    Rule rule;
    std::vector<double> w, rate, gradient;
    std::vector<std::vector<double>> state;
    rule::Moment moment{};

    Descent(Rule r, std::vector<double> start, std::vector<double> rates)
        : rule(r),
          w(std::move(start)),
          rate(std::move(rates)),
          gradient(w.size()),
          state(2, std::vector<double>(w.size())) {}

    void step() {
        Threads threads;
        rule.template with_step<double>(moment, [&]<class Step>(const Step& kernel) {
            CHECK(Step::states <= rule.states());
            std::array<double*, Step::states> buffers{};
            for (std::size_t k = 0; k < Step::states; ++k) buffers[k] = state[k].data();
            kernels::update<OwnTiles<>, double>(kernel, {1, w.size()}, rate.data(), gradient.data(), w.data(),
                                                buffers, {}, threads);
        });
        ++moment.step;
    }
    template <class Gradient>
    void steps(int count, Gradient of) {
        for (int i = 0; i < count; ++i) {
            of(w, gradient);
            step();
        }
    }
};

void sphere(const std::vector<double>& w, std::vector<double>& g) {
    for (std::size_t i = 0; i < w.size(); ++i) g[i] = w[i];
}
void valley(const std::vector<double>& w, std::vector<double>& g) {  // condition number 1000
    for (std::size_t i = 0; i < w.size(); ++i)
        g[i] = std::pow(1000.0, -static_cast<double>(i) / static_cast<double>(w.size() - 1)) * w[i];
}
void rosenbrock(const std::vector<double>& w, std::vector<double>& g) {
    g[0] = -2 * (1 - w[0]) - 400 * w[0] * (w[1] - w[0] * w[0]);
    g[1] = 200 * (w[1] - w[0] * w[0]);
}
double largest(const std::vector<double>& w) {
    double most = 0;
    for (const double x : w) most = std::max(most, std::abs(x));
    return most;
}

const std::vector<double> start{1, -2, 0.5, 3, -0.25};

/// The steps of an independent implementation (tests/tools/torch_golden.py).
template <class Golden, class Rule>
void follows(Rule rule, double rate) {
    const auto& begin = Golden::start;
    Descent descent(rule, {std::begin(begin), std::end(begin)}, std::vector<double>(3, rate));
    for (std::size_t step = 0; step < 6; ++step) {
        std::copy_n(Golden::gradients + 3 * step, 3, descent.gradient.begin());
        descent.step();
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(descent.w[i] == doctest::Approx(Golden::path[3 * step + i]).epsilon(1e-13));
    }
}

template <class Rule>
void reaches_minima(Rule rule, double fast, double slow, int steps) {
    Descent round(rule, start, std::vector<double>(5, fast));
    round.steps(steps, sphere);
    CHECK(largest(round.w) < 1e-4);
    Descent flat(rule, start, std::vector<double>(5, fast));
    flat.steps(40 * steps, valley);
    CHECK(largest(flat.w) < 1e-2);
    Descent bent(rule, {-1.2, 1}, {slow, slow});
    bent.steps(200 * steps, rosenbrock);
    CHECK(std::abs(bent.w[0] - 1) < 2e-2);
    CHECK(std::abs(bent.w[1] - 1) < 4e-2);
}

template <class Rule>
void rests(Rule rule) {
    Descent still(rule, start, std::vector<double>(5, 0.1));
    still.steps(10, [](const auto&, auto& g) { std::fill(g.begin(), g.end(), 0); });
    CHECK(still.w == start);
    Descent stopped(rule, start, std::vector<double>(5, 0));
    stopped.steps(10, sphere);
    CHECK(stopped.w == start);
}

}  // namespace

TEST_CASE("without gradient, or with rate 0, a rule changes nothing") {
    rests(rule::Sgd{});
    rests(rule::Sgd{.momentum = 0.9});
    rests(rule::Sgd{.momentum = 0.9, .nesterov = true});
    rests(rule::AuthorsMomentum{});
    rests(rule::Adam{});
    rests(rule::AdamW{.decoupled_decay = 0});
}

TEST_CASE("rules find the minimum of the sphere, a narrow valley and Rosenbrock's function") {
    reaches_minima(rule::Sgd{.momentum = 0.9, .nesterov = true}, 0.2, 2e-4, 300);
    if constexpr (!is_optimized) return;  // 60,000 steps each
    reaches_minima(rule::Sgd{}, 0.5, 1e-3, 300);
    reaches_minima(rule::Sgd{.momentum = 0.9}, 0.2, 2e-4, 300);
    reaches_minima(rule::AuthorsMomentum{.momentum = 0.5}, 0.2, 1e-4, 300);
    reaches_minima(rule::Adam{}, 0.01, 1e-3, 2000);
}

TEST_CASE("decoupled decay depends on the schedule, coupled decay on the rate") {
    Descent decoupled(rule::Sgd{.decoupled_decay = 0.25}, {8, 8}, {0, 10});
    decoupled.moment.factor = 0.5;
    decoupled.step();
    CHECK(decoupled.w == std::vector<double>{7, 7});
    Descent coupled(rule::Sgd{.weight_decay = 0.25}, {8, 8}, {0, 0.5});
    coupled.step();
    CHECK(coupled.w == std::vector<double>{8, 7});
    Descent adam(rule::AdamW{.decoupled_decay = 0.25}, {8, 8}, {0, 10});
    adam.step();
    CHECK(adam.w == std::vector<double>{6, 6});
}

TEST_CASE("momentum, Nesterov and Adam agree with PyTorch's loops") {
    const double rate = 0.03, decay = 0.01;
    for (const bool nesterov : {false, true}) {
        Descent ours(rule::Sgd{.momentum = 0.8, .nesterov = nesterov, .weight_decay = decay}, start,
                     std::vector<double>(5, rate));
        ours.steps(50, valley);
        std::vector<double> w = start, g(5), b(5, 0);
        for (int t = 0; t < 50; ++t) {
            valley(w, g);
            for (std::size_t i = 0; i < 5; ++i) {
                const double d = g[i] + decay * w[i];
                b[i] = t == 0 ? d : 0.8 * b[i] + d;
                w[i] -= rate * (nesterov ? d + 0.8 * b[i] : b[i]);
            }
        }
        for (std::size_t i = 0; i < 5; ++i) CHECK(ours.w[i] == doctest::Approx(w[i]).epsilon(1e-12));
    }
    for (const bool decoupled : {false, true}) {
        Descent ours(rule::Adam{.weight_decay = decoupled ? 0 : decay,
                                .decoupled_decay = decoupled ? rate * decay : 0},
                     start, std::vector<double>(5, rate));
        ours.steps(50, valley);
        std::vector<double> w = start, g(5), m(5, 0), v(5, 0);
        for (int t = 1; t <= 50; ++t) {
            valley(w, g);
            for (std::size_t i = 0; i < 5; ++i) {
                const double d = decoupled ? g[i] : g[i] + decay * w[i];
                if (decoupled) w[i] *= 1 - rate * decay;
                m[i] += 0.1 * (d - m[i]);
                v[i] = 0.999 * v[i] + 0.001 * d * d;
                const double denominator = std::sqrt(v[i]) / std::sqrt(1 - std::pow(0.999, t)) + 1e-8;
                w[i] -= rate / (1 - std::pow(0.9, t)) * m[i] / denominator;
            }
        }
        for (std::size_t i = 0; i < 5; ++i) CHECK(ours.w[i] == doctest::Approx(w[i]).epsilon(1e-10));
    }
}

TEST_CASE("the authors' momentum: decay by rate in the trunk, ordinary momentum in copies") {
    const double m = 0.6;
    for (const bool copies : {false, true}) {
        Descent ours(rule::AuthorsMomentum{.momentum = m}, {2, 2, 2}, {1e-3, 0.09, 4});
        ours.moment.copies = copies;
        std::vector<double> w{2, 2, 2}, b(3, 0);
        for (int t = 0; t < 6; ++t) {
            for (std::size_t i = 0; i < 3; ++i) {
                ours.gradient[i] = std::cos(t + static_cast<double>(i));
                const double kept = copies ? m : 1 - m * std::min(std::sqrt(ours.rate[i]), 1 / m);
                b[i] = kept * b[i] + ours.gradient[i];
                w[i] -= ours.rate[i] * b[i];
            }
            ours.step();
        }
        for (std::size_t i = 0; i < 3; ++i) CHECK(ours.w[i] == doctest::Approx(w[i]).epsilon(1e-12));
    }
}

namespace {

template <class Rule>
void bounds_hold(Rule rule) {
    for (const double size : {1e-3, 1.0, 1e8}) {
        Descent one(rule, {size, -size, 0.1 * size}, {0.01, 3, 10});
        for (int t = 0; t < 20; ++t) {
            for (std::size_t i = 0; i < 3; ++i)
                one.gradient[i] = size * std::sin(3.0 * t + 2.0 * static_cast<double>(i));
            const rule::Extremes before{.rate = 10,
                                        .gradient = largest(one.gradient),
                                        .parameter = largest(one.w),
                                        .state = std::max(largest(one.state[0]), largest(one.state[1]))};
            const double bound = rule.bound(one.moment, before) * (1 + 1e-12);
            one.step();
            REQUIRE(largest(one.w) <= bound);
            REQUIRE(largest(one.state[0]) <= bound);
            REQUIRE(largest(one.state[1]) <= bound);
        }
    }
}

}  // namespace

TEST_CASE("no update exceeds the bound") {
    bounds_hold(rule::Sgd{.decoupled_decay = 0.1});
    bounds_hold(rule::Sgd{.momentum = 0.9, .weight_decay = 0.1});
    bounds_hold(rule::Sgd{.momentum = 0.9, .nesterov = true, .weight_decay = 0.1});
    bounds_hold(rule::AuthorsMomentum{.momentum = 0.9, .nesterov = true, .weight_decay = 0.1});
    bounds_hold(rule::Adam{.weight_decay = 0.1});
    bounds_hold(rule::AdamW{});
}

TEST_CASE("rules refuse invalid settings") {
    const double nan = std::nan("");
    for (const double bad : {-0.1, 1.0, nan}) {
        CHECK_THROWS_AS((rule::Sgd{.momentum = bad}.validate()), ArgumentError);
        CHECK_THROWS_AS((rule::AuthorsMomentum{.momentum = bad}.validate()), ArgumentError);
        CHECK_THROWS_AS((rule::Adam{.beta1 = bad}.validate()), ArgumentError);
        CHECK_THROWS_AS((rule::Adam{.beta2 = bad}.validate()), ArgumentError);
        CHECK_THROWS_AS((rule::AdamW{.decoupled_decay = bad}.validate()), ArgumentError);
    }
    CHECK_THROWS_AS((rule::Sgd{.nesterov = true}.validate()), ArgumentError);
    CHECK_THROWS_AS((rule::Sgd{.weight_decay = -1}.validate()), ArgumentError);
    CHECK_THROWS_AS((rule::AuthorsMomentum{.momentum = 0}.validate()), ArgumentError);
    CHECK_THROWS_AS((rule::Adam{.epsilon = 0}.validate()), ArgumentError);
}

TEST_CASE("rules take the same steps as PyTorch's") {
    follows<golden::sgd_momentum>(rule::Sgd{.momentum = 0.9, .weight_decay = 0.05}, 0.1);
    follows<golden::sgd_nesterov>(rule::Sgd{.momentum = 0.8, .nesterov = true}, 0.1);
    follows<golden::adam>(rule::Adam{.beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.02}, 0.05);
    // PyTorch multiplies the decay by the rate: 0.05 x 0.1.
    follows<golden::adamw>(rule::AdamW{.beta1 = 0.9, .beta2 = 0.99, .decoupled_decay = 0.005}, 0.05);
}

}  // namespace learn_rule_test
