#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/layers/recurrence.hpp>

namespace alrao {

/// Gated recurrent unit (Cho et al., arXiv 1406.1078, in PyTorch's form: the reset gate scales the
/// recurrent product together with its bias). At each time step:
///   r = sigmoid(x W_r + b_r + h R_r + c_r)
///   z = sigmoid(x W_z + b_z + h R_z + c_z)
///   n = tanh(x W_n + b_n + r (h R_n + c_n))
///   h = (1 - z) n + z h
/// Returns h of all time steps; LastStep keeps the last one.
///
/// Input:      [n] per token. Output: [Hidden] per token.
/// Parameters: input_weight W [n, 3, Hidden*], recurrent_weight R [Hidden, 3, Hidden*],
///             input_bias b [3, Hidden*], recurrent_bias c [3, Hidden*]; gates in the order r, z, n.
/// Carried:    h of each sample, from one chunk to the next; initially 0 (`CarriedState`).
/// Feature (*): a unit with all its gates. RateGroups::official: each gate of each unit has its own rate.
template <std::size_t Hidden>
struct GRU {
    static constexpr std::string_view name = "GRU";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = layers::recurrent_facts(input, 3, Hidden);
        if (facts.refusal) return facts;
        facts.saved.per_token = 4 * Hidden;             // three gates, h R_n + c_n
        facts.backward_scratch.per_token = 4 * Hidden;  // their gradients
        facts.backward_scratch.per_sample = Hidden;     // gradient of h
        facts.carried.per_sample = Hidden;
        return facts;
    }

    static_assert(Hidden > 0, "alrao: GRU<Hidden> needs at least one unit");
};

}  // namespace alrao
