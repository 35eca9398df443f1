#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::io {

/// A decoded character (code point). `length` is its number of bytes in UTF-8; 0 if the text is ill-formed.
struct CodePoint {
    char32_t value = 0;
    std::size_t length = 0;
};

/// Decodes the character that starts at byte `at`, which must be less than the size of the text. Overlong
/// forms, surrogates and values above U+10FFFF are ill-formed (Unicode 15, table 3-7).
[[nodiscard]] constexpr CodePoint decode_utf8(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) {
        return {static_cast<char32_t>(lead), 1};
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() - at < length) {
        return {};
    }
    char32_t value = lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0u) != 0x80u) {
            return {};
        }
        value = (value << 6) | (byte(i) & 0x3Fu);
    }
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < smallest[length] || value > 0x10FFFF || surrogate) {
        return {};
    }
    return {value, length};
}

/// Whether a terminal or a log displays the character as itself. False for control characters, separators of
/// lines and paragraphs, the byte order mark, and characters that change the direction of the text.
[[nodiscard]] constexpr bool is_printable(char32_t c) {
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    const bool separator = c == 0x2028 || c == 0x2029;
    const bool direction = c == 0x200E || c == 0x200F || c == 0x061C || (c >= 0x202A && c <= 0x202E) ||
                           (c >= 0x2066 && c <= 0x2069);
    return !(control || separator || direction || c == 0xFEFF);
}

/// Whether a text is well-formed UTF-8.
[[nodiscard]] constexpr bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = decode_utf8(text, at).length;
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

/// Returns a text in a form that is safe in messages: bytes that are not printable UTF-8 become \xNN, and a
/// text of more than `limit` bytes is cut.
[[nodiscard]] inline std::string printable(std::string_view text, std::size_t limit = 160) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        if (at >= limit) {
            return shown + "... (" + std::to_string(text.size()) + " bytes)";
        }
        const CodePoint point = decode_utf8(text, at);
        const std::size_t length = point.length == 0 ? 1 : point.length;
        if (point.length != 0 && is_printable(point.value)) {
            shown += text.substr(at, length);
        } else {
            for (const char c : text.substr(at, length)) {
                const auto byte = static_cast<unsigned char>(c);
                shown += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
            }
        }
        at += length;
    }
    return shown;
}

}  // namespace alrao::io

#pragma GCC diagnostic pop
