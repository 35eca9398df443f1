#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/layers/recurrence.hpp>

namespace alrao {

/// Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates), all steps:
/// (i, f, g, o) = x W + b + h R + c;  cell = sigma(f) cell + sigma(i) tanh(g);  h = sigma(o)
/// tanh(cell).
///
/// Input:      [n] per token, and nothing else. Output: [Hidden] per token.
/// Parameters: input_weight [n, 4, Hidden*], recurrent_weight [Hidden, 4, Hidden*], input_bias
///             [4, Hidden*], recurrent_bias [4, Hidden*] (two, as PyTorch).
/// Carried:    state and cell of each sample, from one run to the next; 0 at first (`CarriedState`).
/// Feature:    a unit with all its gates (paper, section 2); `official` rates: one per gate row.
template <std::size_t Hidden>
struct LSTM {
    static constexpr std::string_view name = "LSTM";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = layers::recurrent_facts(input, 4, Hidden);
        if (facts.refusal) return facts;
        facts.saved.per_token = 6 * Hidden;             // four gates, cell, tanh of cell
        facts.backward_scratch.per_token = 4 * Hidden;  // gradients of the gates
        facts.backward_scratch.per_sample = Hidden;     // and of the cell
        facts.carried.per_sample = 2 * Hidden;          // state and cell
        return facts;
    }

    static_assert(Hidden > 0, "alrao: LSTM<Hidden> needs at least one unit");
};

}  // namespace alrao
