#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/layers/recurrence.hpp>

namespace alrao {

/// Gated recurrent unit (Cho et al., arXiv 1406.1078, in PyTorch's form, where the reset gate
/// scales the product and its bias), all steps: r = sigma(x W_r + b_r + h R_r + c_r);  z likewise;
/// n = tanh(x W_n + b_n + r (h R_n + c_n)); h = (1 - z) n + z h.
///
/// Input:      [n] per token, and nothing else. Output: [Hidden] per token.
/// Parameters: input_weight [n, 3, Hidden*], recurrent_weight [Hidden, 3, Hidden*], input_bias
///             [3, Hidden*], recurrent_bias [3, Hidden*]; gates in the order r, z, n.
/// Carried:    state of each sample, from one run to the next; 0 at first (`CarriedState`).
/// Feature:    a unit with all its gates; `official` rates: one per gate row.
template <std::size_t Hidden>
struct GRU {
    static constexpr std::string_view name = "GRU";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = layers::recurrent_facts(input, 3, Hidden);
        if (facts.refusal) return facts;
        facts.saved.per_token = 4 * Hidden;             // three gates, what r scales
        facts.backward_scratch.per_token = 4 * Hidden;  // their gradients
        facts.backward_scratch.per_sample = Hidden;     // and that of the state
        facts.carried.per_sample = Hidden;
        return facts;
    }

    static_assert(Hidden > 0, "alrao: GRU<Hidden> needs at least one unit");
};

}  // namespace alrao
