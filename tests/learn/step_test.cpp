#include <alrao/learn/step.hpp>

#include "../effort.hpp"
#include "../error_of.hpp"
#include "small_task.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace learn_step_test {

using namespace alrao;

namespace {

template <class Net, class Rule>
void check_inert(Rule rule, double largest_rate) {
    using T = typename Net::scalar;
    small::Batches<T> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net guarded{Seed{1}}, free{Seed{1}};
    const LogUniform interval{1e-5, largest_rate};
    AlraoOptimizer<Net, Rule> with{guarded, interval, Seed{2}, rule};
    AlraoOptimizer<Net, Rule> without{
        free, interval, Seed{2}, rule, {.guard = Guard{.policy = OnDivergence::ignore}}};
    for (std::uint64_t s = 0; s < 1000; ++s) {
        take_step(guarded, with, pass, data.at(s));
        take_step(free, without, pass, data.at(s));
    }
    REQUIRE(with.pruned().empty());
    CHECK(small::same_model(guarded, free));
    CHECK(small::same_bits<T>(with.snapshot().memory.span(), without.snapshot().memory.span()));
}

/// The sum of the averaged losses over 500 steps of training, minus the smallest such sum of a single copy. Each
/// batch counts with its mean.
template <class Net>
double regret(double theta, const LogUniform& interval) {
    constexpr std::size_t copies = Net::copies;
    small::Batches<typename Net::scalar> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, interval, Seed{2}, {.averaging = Switch{theta}}};
    double averaged = 0;
    std::array<double, copies> of_copy{};
    for (std::uint64_t s = 0; s < 500; ++s) {
        const auto examples = data.at(s);
        pass.forward(net, examples, {0, s}, false);
        for (std::size_t j = 0; j < copies; ++j) of_copy[j] -= pass.log_likelihood()[j] / small::batch;
        averaged += take_step(net, optimizer, pass, examples).loss.mean_loss();
    }
    const double best = *std::min_element(of_copy.begin(), of_copy.end());
    REQUIRE(is_finite(averaged));
    REQUIRE(is_finite(best));
    return averaged - best;
}

/// A rule that declares no buffers, and whose step uses one from the third step on.
struct KeepsLater {
    static constexpr std::string_view name = "KeepsLater";
    static constexpr std::size_t most_states = 1;
    void validate() const {}
    constexpr std::size_t states() const { return 0; }
    double bound(const rule::Moment&, const rule::Extremes&) const { return 1; }
    template <class T, class F>
    decltype(auto) with_step(const rule::Moment& moment, F&& f) const {
        if (moment.step > 2) return f(kernels::MomentumStep<T>{T(0.9), false, {}});
        return f(kernels::PlainSgdStep{});
    }
};
/// Uses a buffer in double only.
struct KeepsInDouble : KeepsLater {
    template <class T, class F>
    decltype(auto) with_step(const rule::Moment&, F&& f) const {
        if constexpr (sizeof(T) == sizeof(double)) return f(kernels::MomentumStep<T>{T(0.9), false, {}});
        else return f(kernels::PlainSgdStep{});
    }
};

}  // namespace

// By Hoelder's inequality, a mean of logarithms of the mixture is at least the logarithm of the mixture of the
// geometric means of the copies, for which the bound of Switch holds. No tolerance is needed.
TEST_CASE_TEMPLATE("the loss of training exceeds that of the best copy by at most ln N - ln(1 - theta)", T,
                   float, double) {
    for (const double theta : {0.5, 0.999, 0.9999}) {
        for (const LogUniform interval : {LogUniform{1e-5, 10}, {1e-3, 1}, {1e-7, 100}}) {
            if (!is_optimized && (theta < 0.99 || interval.max() != 100)) continue;
            CAPTURE(theta);
            CAPTURE(interval.max());
            CHECK(regret<small::Mlp<T, 10>>(theta, interval) <= std::log(10) - std::log1p(-theta));
            CHECK(regret<small::Normalized<T>>(theta, interval) <= std::log(4) - std::log1p(-theta));
            CHECK(regret<small::Regression<T>>(theta, interval) <= std::log(4) - std::log1p(-theta));
        }
    }
}

TEST_CASE_TEMPLATE("T1: a guard that finds nothing changes no bit, 1,000 steps", T, float, double) {
    check_inert<small::Mlp<T, 4>>(rule::Sgd{}, 10);
    check_inert<small::Mlp<T, 4>>(rule::Sgd{.momentum = 0.9}, 0.1);
    check_inert<small::Mlp<T, 4>>(rule::Adam{}, 0.1);
    check_inert<small::Normalized<T>>(rule::Sgd{}, 10);
}

TEST_CASE("training reduces the loss, and the posterior prefers good copies") {
    using Net = small::Mlp<float, 10>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 10}, Seed{2}};
    double first = 0, last = 0;
    for (std::uint64_t s = 0; s < 2000; ++s) {
        const StepReport report = take_step(net, optimizer, pass, data.at(s));
        if (s < 100) first += report.loss.mean_loss();
        if (s >= 1900) last += report.loss.mean_loss();
    }
    CHECK(last < 0.6 * first);
    CHECK(net.posterior().weight(0) < 1e-2);
    CHECK(optimizer.step_number() == 2000);
    CHECK(net.posterior().steps == 2000);
}

TEST_CASE("a head with one copy does not update the posterior, nor does a batch without samples") {
    using Net = small::Plain<float>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    OneRateOptimizer optimizer{net, Sgd{.rate = 0.1}};
    const Posterior before = net.posterior();
    const StepReport report = take_step(net, optimizer, pass, data.at(0));
    CHECK(net.posterior() == before);
    CHECK(report.restarts == 0);
    CHECK(report.loss.samples == small::batch);
}

TEST_CASE("a batch of weight 0 does not change the posterior and retires no copy") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{
        net, LogUniform{1e-3, 0.3}, Seed{2}, {.retirement = Retirement{.below = 0.2, .steps = 2}}};
    net.posterior().log_weights = {std::log(0.1), std::log(0.3), std::log(0.3), std::log(0.3)};
    net.posterior().memory.clear();
    const std::vector<float> nothing(small::batch, 0.0F);
    auto examples = data.at(0);
    examples.truth.weights = nothing.data();
    const Posterior before = net.posterior();
    for (int step = 0; step < 3; ++step) {
        const StepReport report = take_step(net, optimizer, pass, examples);
        CHECK(report.evidence == Evidence::unusable);
        CHECK(report.copies_retired == 0);
    }
    CHECK(net.posterior() == before);
}

TEST_CASE("a step needs the optimizer that was made for the model, else nothing changes") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}}, other{Seed{1}};
    const Net before = other;
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-4, 1}, Seed{2}};
    const std::string said = error_of([&] { take_step(other, optimizer, pass, data.at(0)); });
    CHECK(said.find("made for another model") != std::string::npos);
    CHECK(small::same_model(other, before));
    CHECK(optimizer.step_number() == 0);
    CHECK(error_of([&] { optimizer.remeasure(other); }) == said);
    take_step(net, optimizer, pass, data.at(0));
}

TEST_CASE("a rule whose step uses more buffers than states() is refused before it writes") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net, KeepsLater> optimizer{net, LogUniform{1e-4, 1}, Seed{2}, KeepsLater{}};
    take_step(net, optimizer, pass, data.at(0));
    take_step(net, optimizer, pass, data.at(1));
    const Net before = net;
    CHECK(error_of([&] { take_step(net, optimizer, pass, data.at(2)); }) ==
          "alrao: states() of this rule is 0, but its step uses 1 buffers");
    CHECK(small::same_model(net, before));
    CHECK(optimizer.step_number() == 2);

    using Wide = small::Mlp<double, 4>;
    Wide wide{Seed{1}};
    CHECK(error_of([&] {
              AlraoOptimizer<Wide, KeepsInDouble>{wide, LogUniform{1e-4, 1}, Seed{2}, KeepsInDouble{}};
          }) == "alrao: states() of this rule is 0, but its step uses 1 buffers");
}

TEST_CASE("sample weights that are negative or not finite are refused") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    const Net before = net;
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-4, 1}, Seed{2}};
    std::vector<float> weights(small::batch, 1.0F);
    auto examples = data.at(0);
    examples.truth.weights = weights.data();
    for (const float wrong :
         {-500.0F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        weights[1] = wrong;
        CHECK(error_of([&] {
                  take_step(net, optimizer, pass, examples);
              }).starts_with("alrao: sample 1 of the batch has weight "));
        CHECK(small::same_model(net, before));
        CHECK(optimizer.step_number() == 0);
    }
}

}  // namespace learn_step_test
