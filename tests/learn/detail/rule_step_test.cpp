#include <alrao/learn/detail/rule_step.hpp>

#include "../../tampered.hpp"
#include "../small_task.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace learn_detail_rule_step_test {

using namespace alrao;

TEST_CASE_TEMPLATE("a trial writes nothing and returns the magnitudes after the update, column by column", T,
                   float, double) {
    using Net = small::Mlp<T, 4>;
    Threads threads;
    Net net{Seed{1}};
    net.posterior().retired[1] = 3;
    AlraoOptimizer<Net, rule::Adam> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}, rule::Adam{}};
    auto& parts = detail::parts_of(optimizer);
    std::vector<T> gradients(Net::parameter_elements);
    Philox random(Seed{3}, 0);
    for (const ParameterEntry& entry : Net::parameters)
        for (std::size_t i = 0; i < entry.elements(); ++i)  // padding has no gradient
            if (i % entry.columns < entry.features * entry.inner)
                gradients[entry.offset + i] = static_cast<T>(random.normal());
    detail::prepare<OwnTiles<>>(parts, net, std::span<T>(gradients), threads);
    const Net before = net;
    const auto kept = optimizer.snapshot();
    std::vector<std::vector<T>> tried;
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const auto columns = detail::trial<OwnTiles<>>(parts, net, std::span<const T>(gradients), p, threads);
        tried.emplace_back(columns.begin(), columns.end());
    }
    CHECK(small::same_model(net, before));
    CHECK(small::same_state(optimizer.snapshot(), kept));
    detail::update<OwnTiles<>>(parts, net, std::span<const T>(gradients), threads);
    CHECK(optimizer.step_number() == 1);
    CHECK(optimizer.schedule_step() == 1);
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        std::vector<T> largest(entry.columns, T{0});
        for (std::size_t i = 0; i < entry.elements(); ++i) {
            T& column = largest[i % entry.columns];
            const bool retired = entry.copies > 0 && i % entry.columns / entry.inner == 1;
            const std::size_t at = entry.offset + i;
            if (retired) REQUIRE(net.parameter_buffer()[at] == before.parameter_buffer()[at]);
            else
                column =
                    std::max({column, std::abs(net.parameter_buffer()[at]),
                              std::abs(parts.memory.buffer(0)[at]), std::abs(parts.memory.buffer(1)[at])});
        }
        CHECK(tried[p] == largest);
    }
}

TEST_CASE("pruned features do not contribute to the norm of the gradient") {
    using Net = small::Normalized<double>;
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 1}, Seed{2}, {.clip_norm = 0.05}};
    auto& parts = detail::parts_of(optimizer);
    Threads threads;
    std::vector<double> gradients(Net::parameter_elements, 0.0);
    const ParameterEntry& first = Net::parameters[0];
    parts.rates.prune(first.group, 3);
    parts.record.add({.feature = 3});
    gradients[first.offset + 3] = 1e6;
    gradients[first.offset + 2] = 0.1;
    detail::prepare<OwnTiles<>>(parts, net, std::span<double>(gradients), threads);
    CHECK(gradients[first.offset + 3] == 0);
    CHECK(gradients[first.offset + 2] == doctest::Approx(0.05).epsilon(1e-3));
}

TEST_CASE("within a step the factor of the schedule does not change, also after pruning") {
    using Net = small::Mlp<float, 4>;
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{
        net, LogUniform{1e-3, 0.3}, Seed{2}, {.schedule = schedule::WarmUp{.steps = 2}}};
    auto& parts = detail::parts_of(optimizer);
    Threads threads;
    std::vector<float> gradients(Net::parameter_elements, 0.0F);
    detail::prepare<OwnTiles<>>(parts, net, std::span<float>(gradients), threads);
    CHECK(parts.moment(0).factor == 0.5);
    CHECK(parts.moment(0).step == 1);
    CHECK_FALSE(parts.moment(0).copies);
    CHECK(parts.moment(Net::parameters.size() - 1).copies);
    parts.rates.prune(Net::parameters[0].group, 3);
    CHECK(parts.moment(0).factor == 0.5);
}

}  // namespace learn_detail_rule_step_test
