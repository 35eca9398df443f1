#pragma once

#include <alrao/layers/facts.hpp>

namespace alrao {

/// The same numbers as one list of features: [height, width, channels] becomes [their product].
///
/// Input: any shape. Output: [size]. Parameters: none. Nothing is moved.
struct Flatten {
    static constexpr std::string_view name = "Flatten";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(features(input.size(), input.per_token));
        facts.elementwise = facts.moves_nothing = true;
        return facts;
    }
};

}  // namespace alrao
