#include <alrao/learn/step_bounds.hpp>

#include "small_task.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <utility>

namespace learn_step_bounds_test {

using namespace alrao;

TEST_CASE_TEMPLATE("a step that is surely finite is finite: the bound covers rate, gradient, w and buffers",
                   T, float, double) {
    using Net = small::Mlp<T, 4>;
    const rule::Sgd rule{.momentum = 0.9};
    const T most = std::numeric_limits<T>::max();
    Net net{Seed{1}};
    RuleMemory<Net> memory(1);
    StepBounds<Net> bounds(1);
    const auto sure = [&](T rate, T gradient) {
        bounds.measure(std::as_const(net).parameter_buffer(), memory);
        return bounds.surely_finite(rule, {}, 0, rate, gradient);
    };
    CHECK(sure(T(1), T(1)));
    CHECK_FALSE(sure(most, most));
    CHECK_FALSE(sure(T(1), most));
    CHECK_FALSE(sure(T(2), most / 8));
    CHECK_FALSE(sure(T(1), std::numeric_limits<T>::quiet_NaN()));
    memory.buffer(0)[Net::parameters[0].offset + 2] = -most;
    CHECK_FALSE(sure(T(1), T(1)));
    memory.buffer(0)[Net::parameters[0].offset + 2] = 0;
    CHECK(sure(T(1), T(1)));
    net.parameter_buffer()[Net::parameters[0].offset + 3] = -most;
    CHECK_FALSE(sure(T(1), T(1)));
    net.parameter_buffer()[Net::parameters[0].offset + 3] = std::numeric_limits<T>::quiet_NaN();
    CHECK_FALSE(sure(T(1), T(1)));
    CHECK(bounds.surely_finite(rule, {}, 1, T(1), T(1)));  // each parameter has its own bounds
}

TEST_CASE("bounds are updated from the reported columns") {
    using Net = small::Mlp<float, 4>;
    const rule::Sgd rule{.momentum = 0.9};
    StepBounds<Net> bounds(16);
    Threads threads;
    bounds.clear_columns(16);
    bounds.columns().parameter[15] = 3e38F;
    bounds.take_columns<OwnTiles<>>(0, 15, true, threads);
    CHECK(bounds.surely_finite(rule, {}, 0, 1, 1));
    bounds.take_columns<OwnTiles<>>(0, 16, true, threads);
    CHECK_FALSE(bounds.surely_finite(rule, {}, 0, 1, 1));
    bounds.clear_columns(16);
    bounds.columns().state[2] = 3e38F;
    bounds.take_columns<OwnTiles<>>(0, 16, false, threads);
    CHECK(bounds.surely_finite(rule, {}, 0, 1, 1));
    bounds.take_columns<OwnTiles<>>(0, 16, true, threads);
    CHECK_FALSE(bounds.surely_finite(rule, {}, 0, 1, 1));
    bounds.columns().parameter[2] = 5;
    bounds.columns().parameter[3] = 6;
    const auto joined = bounds.joined_columns(4);
    CHECK(joined.size() == 4);
    CHECK(joined[2] == 3e38F);
    CHECK(joined[3] == 6);
}

TEST_CASE("after each step the bounds cover the numbers of model and memory") {
    using Net = small::Mlp<float, 4>;
    small::Batches<float> data;
    Threads threads;
    TrainingPass<Net> pass(small::batch, threads);
    Net net{Seed{1}};
    AlraoOptimizer<Net, rule::Sgd> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}, rule::Sgd{.momentum = 0.9}};
    /// Its bound is that of the parameter or of the state, so that tests can read it.
    struct Probe {
        bool of_state;
        double limit;
        double bound(const rule::Moment&, const rule::Extremes& largest) const {
            return (of_state ? largest.state : largest.parameter) > limit ? 1e300 : 0;
        }
    };
    for (std::uint64_t s = 0; s < 20; ++s) {
        take_step(net, optimizer, pass, data.at(s));
        const auto& parts = detail::parts_of(optimizer);
        StepBounds<Net> measured(1);
        measured.measure(std::as_const(net).parameter_buffer(), parts.memory);
        for (std::size_t p = 0; p < Net::parameters.size(); ++p)
            for (const bool of_state : {false, true})
                for (double limit = 1e-6; limit < 1e3; limit *= 1.1) {
                    const Probe probe{of_state, limit};
                    // Equal bounds give equal decisions for any limit.
                    REQUIRE(parts.bounds.surely_finite(probe, {}, p, 0, 0) ==
                            measured.surely_finite(probe, {}, p, 0, 0));
                }
    }
}

}  // namespace learn_step_bounds_test
