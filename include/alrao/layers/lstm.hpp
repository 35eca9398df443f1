#pragma once

#include <alrao/layers/facts.hpp>

namespace alrao {

namespace layers {
/// Units that a product by steps packs together, at most.
inline constexpr std::size_t step_granule = 32;
}  // namespace layers

/// Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates), all steps:
/// (i, f, g, o) = x W + b + h R + c;  cell = sigma(f) cell + sigma(i) tanh(g);  h = sigma(o) tanh(cell).
///
/// Input:      [n] per token. Output: [Hidden] per token.
/// Parameters: input_weight [n, 4, Hidden*], recurrent_weight [Hidden, 4, Hidden*], input_bias
///             [4, Hidden*], recurrent_bias [4, Hidden*] (two, as PyTorch).
/// Feature:    a unit with all its gates (paper, section 2); `official` rates: one per gate row.
template <std::size_t Hidden>
struct LSTM {
    static constexpr std::string_view name = "LSTM";
    static constexpr Facts facts(const Shape& input) {
        if (!input.per_token || input.rank() != 1)
            return Facts::refused(Refusal{Reason::needs_per_token_input_use_Tokens_and_Embedding});
        const std::size_t n = input.channels();
        Facts facts;
        facts.output = features(at_least_one(Hidden), true);
        facts.parameters.push({.name = "input_weight", .extents = Extents{n, 4, Hidden},
                               .role = Role::recurrent, .fan_in = Hidden, .fan_out = Hidden,
                               .feature_axis = 2, .official_axis = 1, .official_group = 0});
        facts.parameters.push({.name = "recurrent_weight", .extents = Extents{Hidden, 4, Hidden},
                               .role = Role::recurrent, .fan_in = Hidden, .fan_out = Hidden,
                               .feature_axis = 2, .official_axis = 1, .official_group = 1});
        facts.parameters.push({.name = "input_bias", .extents = Extents{4, Hidden},
                               .role = Role::recurrent, .fan_in = Hidden, .fan_out = Hidden,
                               .feature_axis = 1, .official_axis = 0, .official_group = 0});
        facts.parameters.push({.name = "recurrent_bias", .extents = Extents{4, Hidden},
                               .role = Role::recurrent, .fan_in = Hidden, .fan_out = Hidden,
                               .feature_axis = 1, .official_axis = 0, .official_group = 1});
        facts.saved.per_token = 6 * Hidden;                        // four gates, cell, tanh of cell
        facts.backward_scratch.per_token = 4 * Hidden;             // gradients of the gates
        facts.backward_scratch.per_sample = Hidden;                // and of the cell
        // the recurrent weights as products by steps read them
        facts.forward_scratch.fixed = facts.backward_scratch.fixed =
            4 * Hidden * rounded_up(Hidden, layers::step_granule);
        facts.carried.per_sample = 2 * Hidden;                     // state and cell
        const double products = 8.0 * static_cast<double>(Hidden) * static_cast<double>(n + Hidden);
        facts.flops = products + 30.0 * Hidden;
        facts.backward_flops = 2 * products + 40.0 * Hidden;
        facts.backward_needs_input = facts.backward_needs_output = true;
        return facts;
    }

    static_assert(Hidden > 0, "alrao: LSTM<Hidden> needs at least one unit");
};

}  // namespace alrao
