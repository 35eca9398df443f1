#pragma once

#include <alrao/layers/facts.hpp>

#include <cstddef>
#include <string_view>

namespace alrao::layers {

/// Units that a product by steps packs together, at most.
inline constexpr std::size_t step_granule = 32;

/// The parameters of a recurrent layer, in the order of its facts.
struct RecurrentParameter {
    enum : std::size_t { input_weight, recurrent_weight, input_bias, recurrent_bias };
};

/// What recurrent layers of so many gates have in common: four parameters, gates side by side, and
/// the recurrent weights once more as products by steps read them.
constexpr Facts recurrent_facts(const Shape& input, std::size_t gates, std::size_t units) {
    if (!input.per_token || input.rank() != 1)
        return Facts::refused(Refusal{Reason::needs_per_token_input_use_Tokens_and_Embedding});
    const std::size_t n = input.channels(), hidden = at_least_one(units);
    Facts facts;
    facts.output = features(hidden, true);
    // Gates stand before units; a product of the input is one official group, one of the state
    // another.
    const auto push = [&](std::string_view name, const Extents& extents, Role role, std::size_t fan_in,
                          std::size_t group) {
        facts.parameters.push({.name = name,
                               .extents = extents,
                               .role = role,
                               .fan_in = fan_in,
                               .fan_out = hidden,
                               .feature_axis = extents.rank - 1,
                               .official_axis = extents.rank - 2,
                               .official_group = group});
    };
    push("input_weight", Extents{n, gates, hidden}, Role::recurrent, n, 0);
    push("recurrent_weight", Extents{hidden, gates, hidden}, Role::recurrent, hidden, 1);
    push("input_bias", Extents{gates, hidden}, Role::bias, hidden, 0);
    push("recurrent_bias", Extents{gates, hidden}, Role::bias, hidden, 1);
    facts.forward_scratch.fixed = facts.backward_scratch.fixed =
        gates * hidden * rounded_up(hidden, step_granule);
    const double products = 2.0 * static_cast<double>(gates * hidden) * static_cast<double>(n + hidden);
    facts.flops = products + 7.5 * static_cast<double>(gates * hidden);
    facts.backward_flops = 2 * products + 10.0 * static_cast<double>(gates * hidden);
    facts.backward_needs_input = facts.backward_needs_output = true;
    return facts;
}

}  // namespace alrao::layers
