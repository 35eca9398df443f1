#pragma once

#include <cstddef>
#include <string_view>

namespace alrao::meta {

/// A text that can be a template argument: feature_axis_v<Dense<8>, "weight", Input<4>>.
template <std::size_t Length>
struct FixedString {
    char text[Length]{};

    // Implicit, so that a literal can stand where a FixedString is asked for.
    constexpr FixedString(const char (&literal)[Length]) {
        for (std::size_t i = 0; i < Length; ++i) text[i] = literal[i];
    }
    constexpr std::string_view view() const { return {text, Length - 1}; }
};

}  // namespace alrao::meta
