#include <alrao/check.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/standard_rule.hpp>
#include <alrao/learn/step.hpp>
#include <alrao/ops.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace learn_standard_rule_test {

using namespace alrao;

namespace {

struct Net : Model<Input<5>, Dense<7>, Tanh, AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};

/// The parameters after ten steps.
template <class Optimizer>
std::vector<float> trained(Net net, Optimizer optimizer) {
    optimizer.close_schedule(10);
    Threads threads;
    TrainingPass<Net> pass(6, threads);
    std::vector<float> inputs(30);
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = static_cast<float>(i % 7) - 3;
    const std::vector<std::int32_t> labels{0, 1, 2, 2, 1, 0};
    for (int t = 0; t < 10; ++t)
        take_step(net, optimizer, pass,
                  Batch<float>{.inputs = inputs.data(), .truth = {.labels = labels.data()}, .samples = 6});
    return {net.parameter_buffer().begin(), net.parameter_buffer().end()};
}

}  // namespace

TEST_CASE("with an interval the standard rule is Sgd, with measured rates NAdamW, bit for bit") {
    const Net net(Seed{1});
    const LogUniform interval{1e-3, 10};
    CHECK(trained(net, AlraoOptimizer<Net>{net, interval, Seed{2}}) ==
          trained(net, AlraoOptimizer<Net, rule::Sgd>{net, interval, Seed{2}}));
    CHECK(trained(net, AlraoOptimizer<Net>{net, Seed{2}}) ==
          trained(net, AlraoOptimizer<Net, rule::NAdamW>{net, MeasuredRates{}, Seed{2}}));
    CHECK(trained(net, AlraoOptimizer<Net>{net, LongMeasuredRates{}, Seed{2}}) ==
          trained(net, AlraoOptimizer<Net, rule::NAdamW>{net, LongMeasuredRates{}, Seed{2}, rule::NAdamW{}}));
    const rule::Sgd momentum{.momentum = 0.9};
    CHECK(trained(net, AlraoOptimizer<Net>{net, interval, Seed{2}, momentum}) ==
          trained(net, AlraoOptimizer<Net, rule::Sgd>{net, interval, Seed{2}, momentum}));
    const rule::NAdamW no_decay{.decay = 0};
    CHECK(trained(net, AlraoOptimizer<Net>{net, Seed{2}, no_decay}) ==
          trained(net, AlraoOptimizer<Net, rule::NAdamW>{net, Seed{2}, no_decay}));
    CHECK_THROWS_AS((AlraoOptimizer<Net>{net, Seed{2}, momentum}), ArgumentError);
    CHECK(trained(net, AlraoOptimizer<Net>{net, Seed{2}}) !=
          trained(net, AlraoOptimizer<Net>{net, LongMeasuredRates{}, Seed{2}}));
}

TEST_CASE("the type is deduced from model and seed") {
    const Net net(Seed{1});
    AlraoOptimizer plain{net, Seed{2}};
    AlraoOptimizer with_options{net, Seed{2}, OptimizerOptions{.clip_norm = 1}};
    AlraoOptimizer with_rates{net, OpenMeasuredRates{}, Seed{2}};
    AlraoOptimizer with_rule{net, Seed{2}, rule::Adam{}};
    AlraoOptimizer with_interval{net, LogUniform{1e-5, 10}, Seed{2}};
    CHECK((std::is_same_v<decltype(plain), AlraoOptimizer<Net>>));
    CHECK((std::is_same_v<decltype(with_options), AlraoOptimizer<Net>>));
    CHECK((std::is_same_v<decltype(with_rates), AlraoOptimizer<Net>>));
    CHECK((std::is_same_v<decltype(with_rule), AlraoOptimizer<Net, rule::Adam>>));
    CHECK((std::is_same_v<decltype(with_interval), AlraoOptimizer<Net>>));
    CHECK(plain.centre_name() == "Measured");
    CHECK(plain.rule().states() == 2);
    CHECK(with_rule.centre_name() == "Measured");
    CHECK(with_interval.centre_name().empty());
    CHECK(with_interval.rule().states() == 0);
}

TEST_CASE("options take precedence over those of the policy") {
    const Net net(Seed{1});
    const AlraoOptimizer<Net> optimizer{net, Seed{2}, {.schedule = schedule::Constant{}}};
    CHECK(optimizer.schedule_factor() == 1);
    CHECK(optimizer.averages_weights());
}

TEST_CASE("both forms satisfy the laws of check_rule, and have the names of their rules in files") {
    CHECK(check_rule(rule::Standard{}));
    CHECK(check_rule(rule::Standard{rule::NAdamW{}}));
    CHECK(detail::stored_name(rule::Standard{}) == "Sgd");
    CHECK(detail::stored_name(rule::Standard{rule::NAdamW{}}) == "NAdamW");
    CHECK(detail::stored_name(rule::Adam{}) == "Adam");
}

}  // namespace learn_standard_rule_test
