#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/layers/recurrence.hpp>

namespace alrao {

/// Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates). At each time step:
///   (i, f, g, o) = x W + b + h R + c
///   cell = sigmoid(f) cell + sigmoid(i) tanh(g)
///   h = sigmoid(o) tanh(cell)
/// Returns h of all time steps; LastStep keeps the last one.
///
/// Input:      [n] per token. Output: [Hidden] per token.
/// Parameters: input_weight W [n, 4, Hidden*], recurrent_weight R [Hidden, 4, Hidden*],
///             input_bias b [4, Hidden*], recurrent_bias c [4, Hidden*]; gates in the order i, f, g, o;
///             two biases, as in PyTorch.
/// Carried:    h and cell of each sample, from one chunk to the next; initially 0 (`CarriedState`).
/// Feature (*): a unit with all its gates (Alrao paper, section 2). RateGroups::official: each gate of
///             each unit has its own rate.
template <std::size_t Hidden>
struct LSTM {
    static constexpr std::string_view name = "LSTM";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = layers::recurrent_facts(input, 4, Hidden);
        if (facts.refusal) return facts;
        facts.saved.per_token = 6 * Hidden;             // four gates, cell, tanh(cell)
        facts.backward_scratch.per_token = 4 * Hidden;  // gradients of the gates
        facts.backward_scratch.per_sample = Hidden;     // gradient of the cell
        facts.carried.per_sample = 2 * Hidden;          // h and cell
        return facts;
    }

    static_assert(Hidden > 0, "alrao: LSTM<Hidden> needs at least one unit");
};

}  // namespace alrao
