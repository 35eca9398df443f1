#pragma once

#include <alrao/layers/facts.hpp>

#include <cstddef>
#include <string_view>

namespace alrao::layers {

/// Largest number of units that the packed recurrent weights group together
/// (kernels/recurrence/detail/step_product.hpp).
inline constexpr std::size_t step_granule = 32;

/// Indices of a recurrent layer's parameters in its facts.
struct RecurrentParameter {
    enum : std::size_t { input_weight, recurrent_weight, input_bias, recurrent_bias };
};

/// The facts shared by recurrent layers with `gates` gates and `units` hidden units: four parameters with
/// axes [.., gates, units], and scratch memory for a packed copy of the recurrent weights.
constexpr Facts recurrent_facts(const Shape& input, std::size_t gates, std::size_t units) {
    if (!input.per_token || input.rank() != 1)
        return Facts::refused(Refusal{Reason::needs_per_token_input_use_Tokens_and_Embedding});
    const std::size_t n = input.channels(), hidden = at_least_one(units);
    Facts facts;
    facts.output = features(hidden, true);
    // The gate axis precedes the unit axis. For RateGroups::official, the parameters that multiply the
    // input form one group and those that multiply the state another.
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
