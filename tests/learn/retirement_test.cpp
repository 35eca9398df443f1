#include <alrao/learn/retirement.hpp>

#include "small_task.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace learn_retirement_test {

using namespace alrao;

namespace {

/// Weights by Switch, with copies that retire at given times, and the loss of the average.
struct AverageOfSome {
    Posterior posterior;
    double theta, loss = 0;

    AverageOfSome(std::size_t copies, double the_theta) : posterior(copies), theta(the_theta) {}

    void see(const std::vector<double>& l) {
        std::vector<double> of_copies = l;
        loss -= log_sum(l.size(), [&](std::size_t j) { return posterior.log_weights[j] + l[j]; });
        for (std::size_t j = 0; j < l.size(); ++j)
            if (posterior.retired[j] != 0) of_copies[j] = log_zero;
        Averaging{Switch{theta}}.update(posterior, of_copies);
        drop();
    }
    void drop() {
        Averaging{Switch{theta}}.drop(posterior, [&](std::size_t j) { return posterior.retired[j] == 0; });
    }
    void retire(std::size_t copy) {
        posterior.retired[copy] = 1;
        drop();
    }
};

std::vector<double> likelihoods(Philox& random, std::size_t copies, double scale) {
    std::vector<double> l;
    for (std::size_t j = 0; j < copies; ++j) l.push_back(-scale * random.uniform() * random.uniform());
    return l;
}

}  // namespace

TEST_CASE("a policy that could retire all copies is refused") {
    CHECK_NOTHROW(Retirement{}.validate(10));
    CHECK_NOTHROW((Retirement{.below = 0.09, .steps = 1}.validate(10)));
    constexpr double inf = std::numeric_limits<double>::infinity();
    for (const double below : {0.0, -1.0, 0.1, 1.0, inf, std::nan("")})
        CHECK_THROWS_AS((Retirement{.below = below}.validate(10)), ArgumentError);
    CHECK_THROWS_AS((Retirement{.steps = 0}.validate(10)), ArgumentError);
    small::Mlp<float, 4> net{Seed{1}};
    using Optimizer = AlraoOptimizer<small::Mlp<float, 4>>;
    CHECK_THROWS_AS((Optimizer{net, LogUniform{1e-3, 1}, Seed{1}, {.retirement = Retirement{.below = 0.25}}}),
                    ArgumentError);
}

TEST_CASE("a copy can retire before any batch was used") {
    Posterior posterior(2);
    posterior.log_weights = {0, -std::numeric_limits<double>::infinity()};
    CHECK(retirement::retire(posterior, {.steps = 1}, [](std::size_t) {}) == 1);
    CHECK(posterior.live() == 1);
    CHECK(retirement::retire(posterior, {.steps = 1}, [](std::size_t) {}) == 0);
}

TEST_CASE("only consecutive batches count") {
    Posterior posterior(3);
    posterior.steps = 9;
    const Retirement policy{.below = 0.1, .steps = 3};
    std::vector<std::size_t> gone;
    const auto after = [&](double weight) {
        posterior.log_weights = {std::log(weight), std::log(0.5), std::log(0.5 - weight)};
        return retirement::retire(posterior, policy, [&](std::size_t j) { gone.push_back(j); });
    };
    for (const double weight : {0.05, 0.05, 0.2, 0.05, 0.05}) CHECK(after(weight) == 0);
    CHECK(posterior.negligible == std::vector<std::uint64_t>{2, 0, 0});
    CHECK(after(0.05) == 1);
    CHECK(gone == std::vector<std::size_t>{0});
    CHECK(posterior.retired == std::vector<std::uint64_t>{9, 0, 0});
    CHECK(posterior.live() == 2);
    CHECK(after(0.05) == 0);
}

// In each of 2,000 random sequences some copies retire at random times, with any weight: the bound does not
// require that it is negligible.
TEST_CASE("the bound of Switch holds against each remaining copy, for any retirements of others") {
    constexpr std::size_t copies = 5;
    for (std::uint64_t run = 0; run < 2000; ++run) {
        Philox random(Seed{5}, run);
        const double theta = run % 3 == 0 ? 0.5 : 0.9999;
        AverageOfSome average(copies, theta);
        std::array<std::uint64_t, copies> leaves{};
        std::array<double, copies> of_copy{};
        for (std::uint64_t& step : leaves) step = random.below(150);
        leaves[run % copies] = 1000;
        const double scale = std::exp(4 * random.uniform() - 2);
        const std::size_t lucky = random.below(copies);
        for (std::uint64_t step = 0; step < 100; ++step) {
            std::vector<double> l = likelihoods(random, copies, scale);
            // Copies are good until they retire, or only afterwards.
            if (step >= leaves[lucky] || run % 2 == 0) l[lucky] = -0.01;
            for (std::size_t j = 0; j < copies; ++j) of_copy[j] -= l[j];
            average.see(l);
            for (std::size_t j = 0; j < copies; ++j)
                if (leaves[j] == step) average.retire(j);
        }
        for (std::size_t j = 0; j < copies; ++j)
            if (leaves[j] >= 100)
                CHECK(average.loss - of_copy[j] <=
                      std::log(static_cast<double>(copies)) - std::log1p(-theta) + 1e-9);
    }
}

// Sums over all paths of (copy, whether it may switch again), each with its prior, without those that use the
// retired copy after its retirement.
TEST_CASE("the average equals that of Switch over the sequences that avoid the retired copy") {
    constexpr std::size_t copies = 3, steps = 5, states = 2 * copies;
    for (const double theta : {0.9999, 0.5}) {
        for (const std::size_t retires : {1U, 2U, 4U}) {
            CAPTURE(theta);
            CAPTURE(retires);
            Philox random(Seed{3}, retires);
            std::vector<std::vector<double>> l;
            for (std::size_t t = 0; t < steps; ++t) l.push_back(likelihoods(random, copies, 3));
            AverageOfSome average(copies, theta);
            for (std::size_t t = 0; t < steps; ++t) {
                average.see(l[t]);
                if (t + 1 == retires) average.retire(1);
            }
            std::array<double, copies> mass{};
            const auto start = [&](std::size_t state) {
                return (state < copies ? theta : 1 - theta) / copies;
            };
            // Continues a path at batch t (from 0); the arguments contain its prior and likelihood so far.
            std::function<void(std::size_t, std::size_t, double)> walk = [&](std::size_t t, std::size_t state,
                                                                             double weight) {
                const std::size_t copy = state % copies;
                if (copy == 1 && t >= retires) return;
                if (t == steps) {
                    mass[copy] += weight;
                    return;
                }
                weight *= std::exp(l[t][copy]);
                const double hazard = 1 / (static_cast<double>(t) + 2);
                if (state >= copies) return walk(t + 1, state, weight);
                walk(t + 1, state, weight * (1 - hazard));
                for (std::size_t next = 0; next < states; ++next)
                    walk(t + 1, next, weight * hazard * start(next));
            };
            for (std::size_t state = 0; state < states; ++state) walk(0, state, start(state));
            const double total = mass[0] + mass[1] + mass[2];
            for (std::size_t j = 0; j < copies; ++j)
                CHECK(average.posterior.weight(j) == doctest::Approx(mass[j] / total).epsilon(1e-12));
        }
    }
}

TEST_CASE("when a copy retires, no probability changes by more than its weight") {
    Philox random(Seed{9}, 1);
    for (int run = 0; run < 1000; ++run) {
        constexpr std::size_t copies = 4, classes = 6;
        AverageOfSome average(copies, 0.9999);
        for (int step = 0; step < 20; ++step) average.see(likelihoods(random, copies, 1));
        double p[copies][classes], before[classes] = {}, after[classes] = {};
        for (auto& of_copy : p) {
            double sum = 0;
            for (double& x : of_copy) sum += x = random.uniform() * random.uniform();
            for (double& x : of_copy) x /= sum;
        }
        const auto mix = [&](double(&to)[classes]) {
            for (std::size_t k = 0; k < classes; ++k)
                for (std::size_t j = 0; j < copies; ++j) to[k] += average.posterior.weight(j) * p[j][k];
        };
        mix(before);
        const double weight = average.posterior.weight(2);
        average.retire(2);
        mix(after);
        double change = 0;
        for (std::size_t k = 0; k < classes; ++k) change += std::abs(after[k] - before[k]) / 2;
        CHECK(change <= weight + 1e-15);
    }
}

namespace {

template <class T>
using Ten = small::Mlp<T, 10>;

template <class T, class Rule>
struct Run {
    Ten<T> net{Seed{1}};
    AlraoOptimizer<Ten<T>, Rule> optimizer;
    Threads threads;
    TrainingPass<Ten<T>> pass{small::batch, threads};
    small::Batches<T> data;
    std::size_t retired = 0;

    Run(std::optional<Retirement> retirement, int thread_count = 1, Rule rule = {})
        : optimizer(net, LogUniform{1e-5, 10}, Seed{2}, rule, {.retirement = retirement}),
          threads(thread_count) {}
    void steps(std::uint64_t from, std::uint64_t to) {
        for (std::uint64_t s = from; s < to; ++s)
            retired += take_step(net, optimizer, pass, data.at(s)).copies_retired;
    }
    std::vector<T> of_copy(std::size_t copy) const {
        std::vector<T> numbers;
        for (const ParameterEntry& entry : Ten<T>::parameters) {
            if (entry.copies == 0) continue;
            for (std::size_t row = 0; row < entry.rows; ++row)
                for (std::size_t i = 0; i < entry.inner; ++i)
                    numbers.push_back(
                        net.parameter_buffer()[entry.offset + row * entry.columns + copy * entry.inner + i]);
        }
        return numbers;
    }
};

constexpr Retirement soon{.below = 0.02, .steps = 50};

}  // namespace

TEST_CASE_TEMPLATE("a policy that retires no copy has no effect", T, float, double) {
    Run<T, rule::Sgd> never{Retirement{.below = 1e-9, .steps = 1'000'000}}, without{std::nullopt};
    never.steps(0, 500);
    without.steps(0, 500);
    CHECK(never.retired == 0);
    CHECK(small::same_model(never.net, without.net));
}

TEST_CASE_TEMPLATE("retired copies do not change, the others continue; recalled copies are as before", T,
                   float, double) {
    Run<T, rule::Sgd> run{soon, 1, rule::Sgd{.momentum = 0.5}};
    run.steps(0, 400);
    REQUIRE(run.retired >= 3);
    REQUIRE(run.net.posterior().live() == 10 - run.retired);
    const Posterior then = run.net.posterior();
    std::vector<std::vector<T>> numbers;
    for (std::size_t j = 0; j < 10; ++j) numbers.push_back(run.of_copy(j));
    const auto gradient_of_retired = [&](std::size_t j) {
        for (const ParameterEntry& entry : Ten<T>::parameters)
            for (std::size_t i = 0; entry.copies > 0 && i < entry.elements(); ++i)
                if (i % entry.columns / entry.inner == j && run.pass.gradients()[entry.offset + i] != T(0))
                    return false;
        return true;
    };
    run.steps(400, 500);
    double sum = 0;
    for (std::size_t j = 0; j < 10; ++j) {
        sum += run.net.posterior().weight(j);
        if (then.retired[j] == 0) continue;
        CHECK(run.net.posterior().retired[j] == then.retired[j]);
        CHECK(run.net.posterior().weight(j) == 0);
        CHECK(run.of_copy(j) == numbers[j]);
        CHECK(gradient_of_retired(j));
    }
    CHECK(sum == doctest::Approx(1).epsilon(1e-12));
    recall_copies(run.net, run.optimizer);
    CHECK(run.net.posterior().live() == 10);
    for (std::size_t j = 0; j < 10; ++j)
        if (then.retired[j] != 0) CHECK(run.of_copy(j) == numbers[j]);
    run.steps(500, 501);
    for (std::size_t j = 0; j < 10; ++j) {
        const bool pruned = !(run.optimizer.copy_rate(j) > 0);
        CHECK((run.net.posterior().weight(j) > 0) != pruned);
        if (then.retired[j] != 0 && !pruned) CHECK(run.of_copy(j) != numbers[j]);
    }
}

// The momentum of a retired copy must not move it.
TEST_CASE(
    "in the step in which a copy retires, its weight becomes 0, the others sum to 1, and it stops moving") {
    Run<double, rule::Sgd> run{soon, 1, rule::Sgd{.momentum = 0.9}};
    std::size_t seen = 0;
    std::array<std::vector<double>, 10> numbers;
    for (std::uint64_t s = 0; s < 300; ++s) {
        const std::size_t before = run.retired;
        run.steps(s, s + 1);
        if (run.retired == before) continue;
        ++seen;
        const Posterior& posterior = run.net.posterior();
        double sum = 0;
        for (std::size_t j = 0; j < 10; ++j) {
            sum += posterior.weight(j);
            if (posterior.retired[j] == 0) continue;
            CHECK(posterior.weight(j) == 0);
            if (numbers[j].empty()) numbers[j] = run.of_copy(j);
        }
        CHECK(sum == doctest::Approx(1).epsilon(1e-12));
    }
    CHECK(seen > 0);
    for (std::size_t j = 0; j < 10; ++j)
        if (!numbers[j].empty()) CHECK(run.of_copy(j) == numbers[j]);
}

TEST_CASE_TEMPLATE("two threads, one thread and a copy of the run half-way give the same bits", T, float,
                   double) {
    Run<T, rule::Adam> one{soon}, two{soon, 2}, resumed{soon};
    one.steps(0, 300);
    two.steps(0, 300);
    REQUIRE(one.retired > 0);
    CHECK(small::same_model(one.net, two.net));
    resumed.steps(0, 120);
    Run<T, rule::Adam> rest{soon};
    rest.net = resumed.net;
    rest.optimizer.restore(rest.net, resumed.optimizer.snapshot());
    rest.steps(120, 300);
    CHECK(small::same_model(one.net, rest.net));
}

TEST_CASE("a pruned copy retires like others of weight 0; a diverging last live copy is an error") {
    using Net = small::Mlp<double, 4>;
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{
        net, LogUniform{1e-3, 1}, Seed{2}, {.retirement = Retirement{.below = 0.2, .steps = 4}}};
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    small::Batches<double> data;
    const ParameterEntry& bias = Net::parameters.back();
    const auto spoil = [&](std::size_t copy) {
        net.parameter_buffer()[bias.offset + copy * bias.inner] = std::numeric_limits<double>::quiet_NaN();
    };
    spoil(3);
    CHECK(take_step(net, optimizer, pass, data.at(0)).copies_lost == 1);
    for (std::uint64_t s = 1; s < 4; ++s) take_step(net, optimizer, pass, data.at(s));
    CHECK(net.posterior().retired[3] == 4);
    for (std::size_t j = 0; j < 2; ++j) net.posterior().retired[j] = 1;
    Averaging{}.drop(net.posterior(), [](std::size_t j) { return j == 2; });
    CHECK_NOTHROW(take_step(net, optimizer, pass, data.at(9)));
    spoil(2);
    CHECK_THROWS_WITH_AS(take_step(net, optimizer, pass, data.at(10)), doctest::Contains("recall_copies"),
                         DivergenceError);
}

TEST_CASE("copies also retire with policies other than Switch") {
    for (const Averaging& averaging : {Averaging(BayesMixture{}), Averaging(FixedShare{1e-4})}) {
        small::Regression<double> net{Seed{1}};
        AlraoOptimizer<small::Regression<double>> optimizer{
            net, LogUniform{1e-5, 1}, Seed{2}, {.averaging = averaging, .retirement = soon}};
        Threads threads;
        TrainingPass<small::Regression<double>> pass(small::batch, threads);
        small::Batches<double> data;
        double last = 0;
        for (std::uint64_t s = 0; s < 2000; ++s)
            last = take_step(net, optimizer, pass, data.at(s)).loss.mean_loss();
        CHECK(net.posterior().live() < 4);
        CHECK(is_finite(last));
    }
}

}  // namespace learn_retirement_test
