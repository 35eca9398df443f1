#pragma once

#include <alrao/layers/facts.hpp>

namespace alrao {

/// Lookup table: replaces each token by a trained vector of Width numbers. Tokens are 0 .. Words - 1. Must
/// be the first layer of a network.
///
/// Input:      [1] per token (see Tokens). Output: [Width] per token.
/// Parameters: weight [Words, Width*].
/// Feature (*): a dimension of the vectors, shared by all words.
template <std::size_t Words, std::size_t Width>
struct Embedding {
    static constexpr std::string_view name = "Embedding";
    enum Parameters : std::size_t { weight };
    static constexpr Facts facts(const Shape& input) {
        if (!input.per_token || input.size() != 1)
            return Facts::refused(Refusal{Reason::needs_tokens_as_input});
        Facts facts;
        facts.output = features(at_least_one(Width), true);
        facts.parameters.push({.name = "weight",
                               .extents = Extents{Words, Width},
                               .role = Role::embedding,
                               .fan_in = Words,
                               .fan_out = Width,
                               .feature_axis = 1});
        facts.backward_flops = static_cast<double>(Width);
        facts.backward_needs_input = true;
        facts.needs_to_be_first = true;
        return facts;
    }

    static_assert(Words > 0 && Width > 0, "alrao: Embedding<Words, Width> needs both above 0");
};

}  // namespace alrao
