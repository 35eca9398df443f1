#include <alrao/learn/alrao_optimizer.hpp>

#include "../effort.hpp"
#include "small_task.hpp"

#include <doctest/doctest.h>

namespace learn_alrao_optimizer_test {

using namespace alrao;

TEST_CASE("rates of features and copies are in the interval, by constructor and by type deduction") {
    using Net = small::Mlp<float, 5>;
    const Net net{Seed{1}};
    static_assert(ends_in_averaged_head<Net> && !ends_in_averaged_head<small::Plain<float>>);
    const LogUniform interval{1e-5, 10};
    const AlraoOptimizer optimizer{net, interval, Seed{2}};
    for (std::size_t j = 0; j < 5; ++j)
        CHECK(optimizer.copy_rate(j) == static_cast<float>(interval.spread(j, 5)));
    for (std::size_t f = 0; f < 16; ++f) {
        CHECK(optimizer.rates().of(0, f) == optimizer.rates().of(1, f));
        CHECK(optimizer.rates().of(0, f) >= 1e-5F);
        CHECK(optimizer.rates().of(0, f) <= 10.0F);
    }
    CHECK(optimizer.rates().of(0, 3) != optimizer.rates().of(0, 4));
    CHECK(optimizer.rates().row(4).size() == Net::parameters[4].columns);
    const AlraoOptimizer same{net, interval, Seed{2}}, other{net, interval, Seed{3}};
    CHECK(small::same_state(optimizer.snapshot(), same.snapshot()));
    CHECK(!small::same_state(optimizer.snapshot(), other.snapshot()));
}

TEST_CASE_TEMPLATE(
    "one copy with LogUniform{r, r} has the same bits as plain descent with rate r, 1,000 steps", T, float,
    double) {
    using Net = small::Mlp<T, 1>;
    using Plain = small::Plain<T>;
    const auto compare = [](auto spec, auto groups) {
        small::Batches<T> data;
        Threads threads;
        TrainingPass<Net> pass(small::batch, threads);
        TrainingPass<Plain> plain_pass(small::batch, threads);
        Net net{Seed{1}};
        Plain plain{Seed{1}};
        REQUIRE(small::same_bits<T>(net.parameter_buffer(), plain.parameter_buffer()));
        using Rule = typename decltype(spec)::Rule;
        const OptimizerOptions options{.schedule = schedule::InverseSqrt{.scale = 500},
                                       .rate_groups = groups};
        AlraoOptimizer<Net, Rule> alrao{net, LogUniform{spec.rate, spec.rate}, Seed{5}, spec.rule(), options};
        OneRateOptimizer one{plain, spec, {.schedule = options.schedule}};
        for (std::uint64_t s = 0; s < effort(1000, 200); ++s) {
            take_step(net, alrao, pass, data.at(s % 50));
            take_step(plain, one, plain_pass, data.at(s % 50));
        }
        CHECK(small::same_bits<T>(net.parameter_buffer(), plain.parameter_buffer()));
        CHECK(small::all_finite<T>(net.parameter_buffer()));
        const Net start{Seed{1}};
        CHECK(!small::same_bits<T>(net.parameter_buffer(), start.parameter_buffer()));
    };
    compare(Sgd{.rate = 0.1}, RateGroups::per_feature);
    compare(Sgd{.rate = 0.1}, RateGroups::per_weight);
    compare(Sgd{.rate = 0.03, .momentum = 0.9, .weight_decay = 1e-3}, RateGroups::per_feature);
    compare(Adam{.rate = 0.01}, RateGroups::per_feature);
}

TEST_CASE_TEMPLATE("an update is w - rate g for each parameter, with its own rate", T, float, double) {
    using Net = small::Mlp<T, 5>;
    for (const RateGroups groups : {RateGroups::per_feature, RateGroups::official, RateGroups::per_weight}) {
        small::Batches<T> data;
        Threads threads;
        TrainingPass<Net> pass(small::batch, threads);
        Net net{Seed{1}};
        AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 1}, Seed{2}, {.rate_groups = groups}};
        const Net before = net;
        take_step(net, optimizer, pass, data.at(0));
        for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
            const ParameterEntry& entry = Net::parameters[p];
            const auto rates = optimizer.rates().row(p);
            for (std::size_t i = 0; i < entry.elements(); ++i) {
                const std::size_t at = entry.offset + i;
                const T want = madd<DefaultArch>(-rates[i % rates.size()], pass.gradients()[at],
                                                 before.parameter_buffer()[at]);
                REQUIRE(net.parameter_buffer()[at] == want);
            }
        }
    }
}

}  // namespace learn_alrao_optimizer_test
