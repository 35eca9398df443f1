#pragma once

#include <alrao/layers/facts.hpp>

namespace alrao {

/// Reshapes its input to one axis: [height, width, channels] becomes [height * width * channels].
///
/// Input: any shape. Output: [size]. Parameters: none. The output is a view of the input; nothing is copied.
struct Flatten {
    static constexpr std::string_view name = "Flatten";
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(features(input.size(), input.per_token));
        facts.elementwise = facts.moves_nothing = true;
        return facts;
    }
};

}  // namespace alrao
