#include <alrao/learn/pruning.hpp>

#include "../tampered.hpp"
#include "small_task.hpp"
#include <doctest/doctest.h>

#include <vector>

namespace learn_pruning_test {

using namespace alrao;
using Net = small::Mlp<float, 4>;

TEST_CASE("pruning sets the parameters, buffers, rates and gradients of one feature to 0, and no others") {
    Net net{Seed{1}};
    for (float& x : net.parameter_buffer()) x = 1;
    AlraoOptimizer<Net, rule::Adam> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}, rule::Adam{}};
    tamper(net, optimizer, [](auto& kept) {
        for (float& x : kept.memory.span()) x = 1;
    });
    auto& parts = detail::parts_of(optimizer);
    std::vector<float> gradients(Net::parameter_elements, 1.0F);
    const std::size_t group = Net::parameters[2].group;
    CHECK(detail::has_numbers(net, group, 5));
    detail::prune(net, parts, std::span(gradients), group, 5);
    CHECK_FALSE(detail::has_numbers(net, group, 5));
    CHECK(detail::has_numbers(net, group, 4));
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        for (std::size_t i = 0; i < entry.elements(); ++i) {
            const bool gone = entry.group == group && i % entry.columns / entry.inner == 5;
            const float want = gone ? 0.0F : 1.0F;
            REQUIRE(net.parameter_buffer()[entry.offset + i] == want);
            REQUIRE(gradients[entry.offset + i] == want);
            for (std::size_t k = 0; k < 2; ++k) REQUIRE(parts.memory.buffer(k)[entry.offset + i] == want);
        }
        for (std::size_t f = 0; f < entry.features; ++f)
            REQUIRE(parts.rates.is_pruned(p, f) == (entry.group == group && f == 5));
    }
}

TEST_CASE("clearing a copy sets its gradients to 0, in all parameters of the head") {
    std::vector<float> gradients(Net::parameter_elements, 1.0F);
    detail::clear_copy<Net>(gradients, 1);
    for (const ParameterEntry& entry : Net::parameters)
        for (std::size_t i = 0; i < entry.elements(); ++i) {
            const bool gone = entry.copies > 0 && i % entry.columns / entry.inner == 1;
            REQUIRE((gradients[entry.offset + i] == 0) == gone);
        }
}

TEST_CASE("prune_again changes nothing if nothing was pruned") {
    Net net{Seed{1}};
    const Net before = net;
    const AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}};
    guard::prune_again(net, optimizer);
    CHECK(small::same_model(net, before));
}

}  // namespace learn_pruning_test
