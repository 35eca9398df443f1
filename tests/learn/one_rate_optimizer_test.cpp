#include <alrao/learn/one_rate_optimizer.hpp>

#include "small_task.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>

namespace learn_one_rate_optimizer_test {

using namespace alrao;

TEST_CASE("all parameters and copies have one rate; padding has rate 0") {
    using Net = small::Mlp<float, 5>;
    const Net net{Seed{1}};
    const OneRateOptimizer optimizer{net, Adam{.rate = 0.25}};
    for (std::size_t p = 0; p < Net::parameters.size(); ++p)
        for (std::size_t f = 0; f < Net::parameters[p].features; ++f)
            REQUIRE(optimizer.rates().of(p, f) == 0.25F);
    CHECK(optimizer.rates().row(4)[15] == 0);
    CHECK(optimizer.rate() == 0.25);
    CHECK(optimizer.guard() == guard_of_one_rate);
    const OneRateOptimizer guarded{net, Sgd{.rate = 0.1}, {.guard = Guard{}}};
    CHECK(guarded.guard() == Guard{});
    CHECK_THROWS_WITH_AS((OneRateOptimizer{net, Sgd{.rate = 0.1}, {.rate_groups = RateGroups::official}}),
                         doctest::Contains("all parameters have one rate"), ArgumentError);
    OneRateOptimizer other{net, Adam{.rate = 0.5}};
    other.restore(net, optimizer.snapshot());
    CHECK(other.rate() == 0.25);
}

TEST_CASE("a baseline that diverges throws with the step") {
    using Net = small::Plain<float>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    OneRateOptimizer optimizer{net, Sgd{.rate = 1e4}};
    Net before = net;
    auto state = optimizer.snapshot();
    bool thrown = false;
    for (std::uint64_t s = 0; s < 200 && !thrown; ++s) {
        before = net;
        state = optimizer.snapshot();
        try {
            take_step(net, optimizer, pass, data.at(s));
        } catch (const DivergenceError& error) {
            thrown = true;
            CHECK(std::string(error.what()).find("diverged at step " + std::to_string(s)) !=
                  std::string::npos);
            CHECK(error.divergence.step == s);
        }
    }
    REQUIRE(thrown);
    CHECK(small::same_model(net, before));
    CHECK(small::same_state(optimizer.snapshot(), state));
}

TEST_CASE("a moved-from optimizer keeps its rate and cannot be used") {
    const small::Plain<float> net{Seed{1}};
    OneRateOptimizer optimizer{net, Sgd{.rate = 0.25}};
    const auto other = std::move(optimizer);
    CHECK(other.rate() == 0.25);
    CHECK(optimizer.rate() == 0.25);
    CHECK_THROWS_WITH_AS(optimizer.remeasure(net), doctest::Contains("moved from"), ArgumentError);
}

TEST_CASE("a rate must be a number above 0") {
    const small::Plain<float> net{Seed{1}};
    for (const double bad : {0.0, -0.1, std::nan(""), 1e39, 1e-45}) {
        CHECK_THROWS_AS((OneRateOptimizer{net, Sgd{.rate = bad}}), ArgumentError);
    }
}

}  // namespace learn_one_rate_optimizer_test
