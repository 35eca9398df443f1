#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/lstm.hpp>

#include "recurrent_nets.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace ops_lstm_test {

using namespace alrao;

TEST_CASE("chunks with carried state give the same bits as one long pass") {
    chunks_are_one_pass<Stacked<LSTM<21>, LSTM<13>>>();
}

TEST_CASE("a thousand chunks of training keep state and parameters finite") {
    a_thousand_chunks<Stacked<LSTM<7>, LSTM<5>>>();
}

TEST_CASE("a diverging unit is pruned with all its gates; the others continue to learn") {
    using Net = Stacked<LSTM<7>, LSTM<5>>;
    static_assert(Net::parameters[1].name == "input_weight" && Net::parameters[1].features == 7);
    Text text(3, 4);
    Threads threads;
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 1e-1}, Seed{2}};
    Trainer trainer(net, optimizer, 3, threads, Seed{3}, 4);
    trainer.train_step(text.chunk(0));
    const CarriedState<Net> before = trainer.state();
    // The forget gate of unit 4 adds infinities of opposite sign.
    const ParameterEntry &weight = Net::parameters[1], &bias = Net::parameters[3];
    float* const p = net.parameter_buffer().data();
    for (std::size_t row = 0; row < weight.rows; row += 4)
        p[weight.offset + (row + 1) * weight.columns + 4] = row % 8 == 0 ? 3e38F : -3e38F;
    p[bias.offset + 1 * bias.columns + 4] = std::numeric_limits<float>::infinity();
    p[Net::parameters[4].offset + 1 * bias.columns + 4] = -std::numeric_limits<float>::infinity();
    const StepReport report = trainer.train_step(text.chunk(1));
    CHECK(report.quarantined == 1);
    CHECK(report.restarts == 1);
    REQUIRE(optimizer.pruned().size() == 1);
    CHECK(optimizer.pruned()[0].feature == 4);
    CHECK(optimizer.pruned()[0].layer == "LSTM");
    CHECK(is_finite(report.loss.loss));
    for (std::size_t q = 1; q <= 4; ++q) {
        const ParameterEntry& entry = Net::parameters[q];
        REQUIRE(entry.group == weight.group);
        for (std::size_t row = 0; row < entry.rows; ++row) {
            CHECK(p[entry.offset + row * entry.columns + 4] == 0);
            std::size_t alive = 0;
            for (std::size_t c = 0; c < entry.columns; ++c)
                alive += p[entry.offset + row * entry.columns + c] != 0;
            CHECK(alive == entry.features - 1);
        }
        CHECK(optimizer.rates().of(q, 4) == 0);
    }
    CHECK(trainer.state().numbers()[0] != before.numbers()[0]);
    for (std::size_t step = 2; step < 20; ++step)
        CHECK(trainer.train_step(text.chunk(step)).quarantined == 0);
    for (const float x : net.parameter_buffer()) CHECK(is_finite(x));
}

TEST_CASE("a refused step does not change the carried state") {
    using Net = Stacked<LSTM<7>, LSTM<5>>;
    Text text(3, 4);
    Threads threads;
    Net net{Seed{1}};
    OneRateOptimizer optimizer(net, Sgd{.rate = 0.1});
    Trainer trainer(net, optimizer, 3, threads, Seed{3}, 4);
    trainer.train_step(text.chunk(0));
    const CarriedState<Net> before = trainer.state();
    net.parameter_buffer()[Net::parameters[1].offset] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_AS(trainer.train_step(text.chunk(1)), DivergenceError);
    CHECK(std::equal(before.numbers().begin(), before.numbers().end(), trainer.state().numbers().begin()));
}

TEST_CASE("rates per unit are shared by its gates; official rates differ between gates") {
    using Net = Stacked<LSTM<7>, LSTM<5>>;
    const Net net{Seed{1}};
    const AlraoOptimizer<Net> per_unit{net, LogUniform{1e-3, 10}, Seed{2}},
        official{net, LogUniform{1e-3, 10}, Seed{2}, {.rate_groups = RateGroups::official}};
    for (std::size_t p = 1; p <= 4; ++p) {
        const auto rates = per_unit.rates().row(p);
        REQUIRE(rates.size() == 7);
        CHECK(std::equal(rates.begin(), rates.end(), per_unit.rates().row(1).begin()));
        CHECK(official.rates().row(p).size() == 28);
        CHECK(official.rates().row(p)[0] != official.rates().row(p)[7]);
    }
    // Input weight and bias of a gate share a rate; the recurrent ones have another.
    const auto same = [&](std::size_t p, std::size_t q) {
        return std::equal(official.rates().row(p).begin(), official.rates().row(p).end(),
                          official.rates().row(q).begin());
    };
    CHECK(same(1, 3));
    CHECK(same(2, 4));
    CHECK_FALSE(same(1, 2));
}

}  // namespace ops_lstm_test
