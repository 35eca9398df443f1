#pragma once

#include <alrao/layers/facts.hpp>

namespace alrao {

/// Of a sequence its last step, as what follows needs it that says one thing of all of it.
///
/// Input: any shape per token. Output: the same, per sample.
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
