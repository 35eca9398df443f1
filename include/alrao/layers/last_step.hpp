#pragma once

#include <alrao/layers/facts.hpp>

namespace alrao {

/// Keeps the last time step of a sequence, for networks that give one answer per sequence.
///
/// Input: any shape per token. Output: the same shape, per sample. Parameters: none.
struct LastStep {
    static constexpr std::string_view name = "LastStep";
    static constexpr Facts facts(const Shape& input) {
        if (!input.per_token)
            return Facts::refused(Refusal{Reason::needs_per_token_input_use_Tokens_and_Embedding});
        Facts facts;
        facts.output = {input.extents, false};
        return facts;
    }
};

}  // namespace alrao
