#pragma once

#include <array>
#include <charconv>
#include <string>

namespace alrao {

/// The shortest decimal text that converts back to `value`: "1e-45" where std::to_string gives
/// "0.000000".
[[nodiscard]] inline std::string number_text(double value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return std::string(text.data(), end);
}

}  // namespace alrao
