#include <alrao/learn/optimizer.hpp>

#include "../tampered.hpp"
#include "small_task.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <utility>

namespace learn_optimizer_test {

using namespace alrao;

namespace {
using FiveCopies = small::Mlp<double, 5>;
}

TEST_CASE("an optimizer is a value: a copy continues equally and independently") {
    small::Batches<double> data;
    Threads threads;
    TrainingPass<FiveCopies> pass(small::batch, threads);
    FiveCopies net{Seed{1}};
    AlraoOptimizer<FiveCopies, rule::Adam> optimizer{net, LogUniform{1e-4, 0.1}, Seed{2}, rule::Adam{}};
    for (std::uint64_t s = 0; s < 10; ++s) take_step(net, optimizer, pass, data.at(s));
    FiveCopies other = net;
    auto copy = optimizer;
    const auto before = copy;
    for (std::uint64_t s = 10; s < 20; ++s) take_step(net, optimizer, pass, data.at(s));
    CHECK(small::same_state(copy.snapshot(), before.snapshot()));
    for (std::uint64_t s = 10; s < 20; ++s) take_step(other, copy, pass, data.at(s));
    CHECK(small::same_model(net, other));
    CHECK(small::same_state(copy.snapshot(), optimizer.snapshot()));
    CHECK(copy.step_number() == 20);
}

TEST_CASE("a state that is transferred to a new optimizer continues with the same bits") {
    small::Batches<double> data;
    Threads threads;
    TrainingPass<FiveCopies> pass(small::batch, threads);
    FiveCopies net{Seed{1}};
    const OptimizerOptions options{.schedule = schedule::Cosine{.steps = 20}};
    AlraoOptimizer<FiveCopies, rule::Adam> first{net, LogUniform{1e-4, 0.1}, Seed{2}, rule::Adam{}, options};
    for (std::uint64_t s = 0; s < 7; ++s) take_step(net, first, pass, data.at(s));
    FiveCopies other = net;
    AlraoOptimizer<FiveCopies, rule::Adam> second{other, LogUniform{1e-4, 0.1}, Seed{9}, rule::Adam{},
                                                  options};
    second.restore(other, first.snapshot());
    for (std::uint64_t s = 7; s < 15; ++s) {
        take_step(net, first, pass, data.at(s));
        take_step(other, second, pass, data.at(s));
    }
    CHECK(small::same_model(net, other));
}

TEST_CASE("a snapshot is a copy; restoring it undoes later steps") {
    small::Batches<double> data;
    Threads threads;
    TrainingPass<FiveCopies> pass(small::batch, threads);
    FiveCopies net{Seed{1}};
    AlraoOptimizer<FiveCopies, rule::Adam> optimizer{net, LogUniform{1e-4, 0.1}, Seed{2}, rule::Adam{}};
    for (std::uint64_t s = 0; s < 5; ++s) take_step(net, optimizer, pass, data.at(s));
    const FiveCopies model = net;
    const auto snapshot = optimizer.snapshot();
    const auto steps = [&] {
        for (std::uint64_t s = 5; s < 10; ++s) take_step(net, optimizer, pass, data.at(s));
        return net;
    };
    const FiveCopies first = steps();
    CHECK(snapshot.steps == 5);
    CHECK(optimizer.step_number() == 10);
    net = model;
    optimizer.restore(net, snapshot);
    CHECK(small::same_state(optimizer.snapshot(), snapshot));
    CHECK(small::same_model(first, steps()));
}

TEST_CASE("a snapshot that does not fit, or another model, is refused without changes") {
    const FiveCopies net{Seed{1}}, other{Seed{1}};
    AlraoOptimizer<FiveCopies, rule::Adam> optimizer{net, LogUniform{1e-4, 0.1}, Seed{2}, rule::Adam{}};
    const auto before = optimizer.snapshot();
    auto wrong = before;
    wrong.steps = 7;
    wrong.limits.clear();
    CHECK_THROWS_WITH_AS(optimizer.restore(net, wrong), doctest::Contains("cannot be restored"),
                         ArgumentError);
    CHECK_THROWS_WITH_AS(optimizer.restore(other, before), doctest::Contains("another model"), ArgumentError);
    CHECK(small::same_state(optimizer.snapshot(), before));
    const auto moved = std::move(optimizer);
    CHECK_THROWS_WITH_AS((void)optimizer.snapshot(), doctest::Contains("moved from"), ArgumentError);
    CHECK_THROWS_WITH_AS(optimizer.restore(net, before), doctest::Contains("moved from"), ArgumentError);
    CHECK(small::same_state(moved.snapshot(), before));
}

TEST_CASE("leave_epoch moves the place to the next epoch, once") {
    const FiveCopies net{Seed{1}};
    AlraoOptimizer<FiveCopies> optimizer{net, LogUniform{1e-4, 0.1}, Seed{2}};
    CHECK_FALSE(optimizer.place().known());
    tamper(net, optimizer,
           [](auto& kept) { kept.place = {.epoch = 2, .samples = 3, .order = {.samples = 8}}; });
    optimizer.leave_epoch();
    optimizer.leave_epoch();
    CHECK(optimizer.place() == DataPlace{.epoch = 3, .order = {.samples = 8}});
}

TEST_CASE("an option without effect is refused: without copies to weigh, or without a trunk to clip") {
    const small::Plain<double> plain{Seed{1}};
    CHECK_NOTHROW((OneRateOptimizer{plain, Sgd{.rate = 0.1}, {.clip_norm = 1}}));
    CHECK_THROWS_WITH_AS((OneRateOptimizer{plain, Sgd{.rate = 0.1}, {.averaging = Uniform{}}}),
                         doctest::Contains(".averaging"), ArgumentError);
    CHECK_THROWS_WITH_AS((OneRateOptimizer{plain, Sgd{.rate = 0.1}, {.retirement = Retirement{}}}),
                         doctest::Contains(".retirement"), ArgumentError);
    using HeadOnly = Model<double, Input<6>, SoftmaxClassifier<3>>;
    const HeadOnly head{Seed{1}};
    CHECK_THROWS_WITH_AS((OneRateOptimizer{head, Sgd{.rate = 0.1}, {.clip_norm = 1}}),
                         doctest::Contains("no parameters"), ArgumentError);
}

TEST_CASE("a schedule is a common factor of all rates, including those of copies") {
    small::Batches<double> data;
    Threads threads;
    TrainingPass<FiveCopies> pass(small::batch, threads);
    FiveCopies net{Seed{1}}, half{Seed{1}};
    AlraoOptimizer<FiveCopies> full_rate{net, LogUniform{1e-3, 1}, Seed{2}};
    AlraoOptimizer<FiveCopies> half_rate{
        half, LogUniform{1e-3, 1}, Seed{2}, {.schedule = schedule::WarmUp{.steps = 2}}};
    const FiveCopies start = net;
    CHECK(half_rate.schedule_factor() == 0.5);
    take_step(net, full_rate, pass, data.at(0));
    take_step(half, half_rate, pass, data.at(0));
    for (std::size_t i = 0; i < FiveCopies::parameter_elements; ++i) {
        const double from = start.parameter_buffer()[i];
        REQUIRE(half.parameter_buffer()[i] - from ==
                doctest::Approx((net.parameter_buffer()[i] - from) / 2).epsilon(1e-9));
    }
    CHECK(half_rate.schedule_factor() == 1);
    half_rate.set_schedule(schedule::Linear{});
    CHECK(half_rate.schedule_step() == 0);
    CHECK(half_rate.step_number() == 1);
    CHECK_THROWS_AS(take_step(half, half_rate, pass, data.at(0)), ArgumentError);
    half_rate.close_schedule(4);
    CHECK_NOTHROW(take_step(half, half_rate, pass, data.at(0)));
    CHECK(half_rate.schedule_factor() == 0.75);
}

TEST_CASE("clipping scales the gradient of the trunk only, before the rates") {
    small::Batches<double> data;
    Threads threads;
    TrainingPass<FiveCopies> pass(small::batch, threads);
    FiveCopies net{Seed{1}}, clipped{Seed{1}};
    const FiveCopies start = net;
    AlraoOptimizer<FiveCopies> free{net, LogUniform{1e-3, 1}, Seed{2}};
    AlraoOptimizer<FiveCopies> bound{clipped, LogUniform{1e-3, 1}, Seed{2}, {.clip_norm = 0.01}};
    take_step(net, free, pass, data.at(0));
    const std::vector<double> gradient(pass.gradients().begin(), pass.gradients().end());
    take_step(clipped, bound, pass, data.at(0));
    const std::size_t head = FiveCopies::parameters[4].offset;
    double norm = 0;
    for (std::size_t i = 0; i < head; ++i) norm += gradient[i] * gradient[i];
    norm = std::sqrt(norm);
    REQUIRE(norm > 0.01);
    for (std::size_t i = 0; i < FiveCopies::parameter_elements; ++i) {
        const double step = net.parameter_buffer()[i] - start.parameter_buffer()[i];
        const double short_step = clipped.parameter_buffer()[i] - start.parameter_buffer()[i];
        const double share = i < head ? 0.01 / (norm + 1e-6) : 1;
        REQUIRE(short_step == doctest::Approx(step * share).epsilon(1e-9));
    }
}

TEST_CASE("invalid options are refused") {
    const FiveCopies net{Seed{1}};
    const auto make = [&](OptimizerOptions options) {
        AlraoOptimizer<FiveCopies> optimizer{net, LogUniform{1e-3, 1}, Seed{2}, options};
    };
    for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
        CHECK_THROWS_AS(make({.clip_norm = bad}), ArgumentError);
    CHECK_THROWS_AS(make({.averaging = Switch{1.0}}), ArgumentError);
    CHECK_THROWS_AS(make({.guard = Guard{.threshold = 0}}), ArgumentError);
    CHECK_THROWS_AS((AlraoOptimizer<FiveCopies>{net, LogUniform{1e-3, 1}, Seed{2}, rule::Sgd{.momentum = 2}}),
                    ArgumentError);
}

TEST_CASE("the posterior is updated after the step, from the likelihoods before it, by the policy") {
    small::Batches<double> data;
    Threads threads;
    TrainingPass<FiveCopies> pass(small::batch, threads);
    for (const Likelihood likelihood : {Likelihood::mean, Likelihood::sum}) {
        FiveCopies net{Seed{1}};
        AlraoOptimizer<FiveCopies> optimizer{
            net, LogUniform{1e-3, 1}, Seed{2}, {.averaging = BayesMixture{}, .likelihood = likelihood}};
        pass.forward(net, data.at(0), {}, false);
        std::vector<double> expected(pass.log_likelihood().begin(), pass.log_likelihood().end());
        for (double& l : expected) l = likelihood(l / small::batch, small::batch);
        Posterior posterior(5);
        BayesMixture{}.update(posterior, expected);
        take_step(net, optimizer, pass, data.at(0));
        CHECK(net.posterior() == posterior);
    }
}

namespace {
/// Momentum whose states() is less than the number of buffers of its step.
struct Forgetful {
    static constexpr std::string_view name = "Forgetful";
    static constexpr std::size_t most_states = 1;
    std::size_t told = 0;
    std::size_t states() const { return told; }
    void validate() const {}
    double bound(const rule::Moment&, const rule::Extremes&) const { return 1; }
    template <class T, class F>
    decltype(auto) with_step(const rule::Moment&, F&& f) const {
        return f(kernels::MomentumStep<T>{T(0.9), false, {}});
    }
};
}  // namespace

TEST_CASE("a rule whose step uses more buffers than states() is refused before a step") {
    FiveCopies net{Seed{1}};
    using Made = AlraoOptimizer<FiveCopies, Forgetful>;
    CHECK_THROWS_AS((Made{net, LogUniform{1e-4, 0.1}, Seed{2}, Forgetful{}}), ArgumentError);
    CHECK_NOTHROW((Made{net, LogUniform{1e-4, 0.1}, Seed{2}, Forgetful{.told = 1}}));
}

}  // namespace learn_optimizer_test
