#pragma once

#include <cstddef>
#include <string_view>

namespace alrao::meta {

/// A string that can be a template argument, as "weight" in feature_axis_v<Dense<8>, "weight", Input<4>>.
/// `Length` counts the terminating zero.
template <std::size_t Length>
struct FixedString {
    char text[Length]{};

    // Implicit, so that a literal can be passed where a FixedString is expected.
    constexpr FixedString(const char (&literal)[Length]) {
        for (std::size_t i = 0; i < Length; ++i) text[i] = literal[i];
    }
    /// The text without the terminating zero.
    constexpr std::string_view view() const { return {text, Length - 1}; }
};

}  // namespace alrao::meta
