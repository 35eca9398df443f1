// Covers: learn/dog.hpp, learn/schedule_free.hpp, learn/detail/correlations.hpp
// Covers: kernels/update/schedule_free_step.hpp, kernels/update/distance.hpp
#include "../golden/rules_reference.hpp"

#include <alrao/check.hpp>
#include <alrao/learn/dog.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/learn/prodigy.hpp>
#include <alrao/learn/schedule_free.hpp>
#include <alrao/learn/step.hpp>
#include <alrao/ops.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace learn_prodigy_test {

using namespace alrao;

namespace {

struct Net : Model<double, Input<3>, Dense<4>, Tanh, SoftmaxClassifier<2>> {
    using Model::Model;
};
constexpr std::size_t count = 26;

/// Calls f(i, place) for each number i of all parameters, without padding.
template <class F>
void for_each_number(F f) {
    std::size_t i = 0;
    for (const ParameterEntry& entry : Net::parameters)
        for (std::size_t row = 0; row < entry.rows; ++row)
            for (std::size_t column = 0; column < entry.features * entry.inner; ++column)
                f(i++, entry.offset + row * entry.columns + column);
}

/// The problem of tests/tools/rules_golden.py.
struct Problem {
    Problem() {
        for_each_number([&](std::size_t i, std::size_t place) {
            net.parameter_buffer()[place] = 0.3 * std::sin(1 + static_cast<double>(i));
        });
    }
    template <class Optimizer>
    void step(Optimizer& optimizer, int t, Threads& threads) {
        optimizer.use_training(net);
        std::vector<double> gradients(Net::parameter_elements);
        for_each_number([&](std::size_t i, std::size_t place) {
            const auto x = static_cast<double>(i);
            const double a = 0.5 + 0.4 * static_cast<double>(i % 5);
            gradients[place] =
                a * (net.parameter_buffer()[place] - std::cos(x)) + 0.05 * std::sin(0.7 * t + 0.3 * x);
        });
        auto& parts = detail::parts_of(optimizer);
        detail::prepare<OwnTiles<>>(parts, net, std::span<double>(gradients), threads);
        detail::update<OwnTiles<>>(parts, net, std::span<const double>(gradients), threads);
    }
    /// The largest difference to recorded numbers.
    double distance(const double* wanted) const {
        double largest = 0;
        for_each_number([&](std::size_t i, std::size_t place) {
            largest = std::max(largest, std::abs(net.parameter_buffer()[place] - wanted[i]));
        });
        return largest;
    }
    Net net{Seed{1}};
};

struct Recorded {
    const double *trajectory, *prediction;
};

template <class Spec>
void check(const Spec& spec, const Recorded& recorded, const OptimizerOptions& options = {}) {
    for (const int workers : {1, 2}) {
        Problem problem;
        Threads threads(workers);
        OneRateOptimizer optimizer{problem.net, spec, options};
        const int last = golden::rules::steps[2];
        optimizer.close_schedule(static_cast<std::uint64_t>(last));
        int at = 0;
        for (int t = 1; t <= last; ++t) {
            problem.step(optimizer, t, threads);
            if (t != golden::rules::steps[at]) continue;
            CAPTURE(t);
            CHECK(problem.distance(recorded.trajectory + count * static_cast<std::size_t>(at++)) < 1e-12);
        }
        optimizer.use_average(problem.net);
        CHECK(problem.distance(recorded.prediction) < 1e-12);
        if (optimizer.averages_weights()) {
            CHECK(problem.distance(recorded.trajectory + 2 * count) > 1e-3);
            optimizer.use_training(problem.net);
            CHECK(problem.distance(recorded.trajectory + 2 * count) < 1e-12);
        }
    }
}

}  // namespace

TEST_CASE("Prodigy takes the steps of the package prodigyopt") {
    namespace g = golden::rules;
    check(Prodigy{}, {g::prodigy, g::prodigy_prediction});
    check(Prodigy{.start = 1e-4, .decay = 0.01}, {g::prodigy_cosine, g::prodigy_cosine_prediction},
          {.schedule = schedule::Cosine{}});
}

TEST_CASE("L-DoG takes the steps of the package dog-optimizer, and has its average") {
    check(LDog{.start = 1e-3}, {golden::rules::ldog, golden::rules::ldog_prediction});
}

TEST_CASE("schedule-free rules take the steps of the package schedulefree, and predict with its parameters") {
    namespace g = golden::rules;
    check(ScheduleFreeSgd{.rate = 0.3}, {g::schedule_free_sgd, g::schedule_free_sgd_prediction});
    check(ScheduleFreeSgd{.rate = 0.3, .momentum = 0.8, .decay = 0.01, .warm_up = 7},
          {g::schedule_free_sgd_warm_up, g::schedule_free_sgd_warm_up_prediction});
    check(ScheduleFreeAdamW{.rate = 0.05}, {g::schedule_free_adamw, g::schedule_free_adamw_prediction});
    check(ScheduleFreeAdamW{.rate = 0.05, .decay = 0.01, .warm_up = 7},
          {g::schedule_free_adamw_warm_up, g::schedule_free_adamw_warm_up_prediction});
}

TEST_CASE("NAdamW takes the steps of its formula") {
    namespace g = golden::rules;
    check(NAdamW{.rate = 0.05}, {g::nadamw, g::nadamw_prediction}, {.schedule = schedule::Cosine{}});
    check(NAdamW{.rate = 0.05, .growth = 0.8}, {g::nadamw_growing, g::nadamw_growing_prediction},
          {.schedule = schedule::Cosine{}});
}

TEST_CASE("a run continues from a snapshot with the same bits, also if the model has the average") {
    const auto run = [](const auto& spec) {
        Problem problem, other;
        Threads threads;
        OneRateOptimizer optimizer{problem.net, spec};
        for (int t = 1; t <= 30; ++t) problem.step(optimizer, t, threads);
        optimizer.use_average(problem.net);
        other.net = problem.net;
        OneRateOptimizer resumed{other.net, spec};
        resumed.restore(other.net, optimizer.snapshot());
        for (int t = 31; t <= 60; ++t) {
            problem.step(optimizer, t, threads);
            other.step(resumed, t, threads);
        }
        CHECK(std::ranges::equal(problem.net.parameter_buffer(), other.net.parameter_buffer()));
    };
    run(Prodigy{});
    run(LDog{});
    run(ScheduleFreeSgd{.rate = 0.3});
    run(ScheduleFreeAdamW{});
}

TEST_CASE("the rules satisfy the laws of check_rule") {
    CHECK(check_rule(rule::Prodigy{.decay = 0.01}));
    CHECK(check_rule(rule::ScheduleFreeSgd{{.decay = 0.01, .warm_up = 3}}));
    CHECK(check_rule(rule::ScheduleFreeAdamW{{.decay = 0.01, .warm_up = 3}}));
    CHECK(check_rule(rule::NAdamW{}));
}

TEST_CASE("invalid settings are refused") {
    Net net(Seed{1});
    const auto refused = [&](const auto& spec, const OptimizerOptions& options = {}) {
        CHECK_THROWS_AS((OneRateOptimizer{net, spec, options}), ArgumentError);
    };
    refused(Prodigy{.start = 0});
    refused(Prodigy{.beta1 = 1});
    refused(Prodigy{.decay = -1});
    refused(LDog{.start = 0});
    refused(LDog{.epsilon = 0});
    refused(ScheduleFreeSgd{.momentum = 1});
    refused(ScheduleFreeSgd{.decay = -1});
    refused(ScheduleFreeAdamW{.beta2 = 1});
    refused(ScheduleFreeAdamW{.epsilon = 0});
    refused(ScheduleFreeSgd{}, {.weight_average = average::Polynomial{}});
}

TEST_CASE("gradients that are not finite leave the estimates as they are") {
    Net net(Seed{1});
    Threads threads;
    const centre::Observation<double> none{};
    std::vector<double> gradients(Net::parameter_elements, 1e200);
    for (const Centre& policy : {Centre(centre::Prodigy{}), Centre(centre::Dog{})}) {
        RateCentre<Net> rates(policy, net.parameter_buffer());
        const double before = rates.values()[0];
        for (const double bad : {1e200, static_cast<double>(INFINITY), static_cast<double>(NAN)}) {
            std::fill(gradients.begin(), gradients.end(), bad);
            rates.observe(net.parameter_buffer(), gradients, 1, 1, threads);
            CHECK(rates.values()[0] > 0);
            CHECK(rates.values()[0] <= before);
            rates.accept();
        }
        CHECK(rates.accepts(rates.scalars(), rates.arrays()));
    }
    CHECK(none.step == 1);
}

}  // namespace learn_prodigy_test
