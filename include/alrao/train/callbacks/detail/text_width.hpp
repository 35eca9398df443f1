#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace alrao::terminal {

/// A character of a text: its bytes, and the number of columns that it has on a terminal.
struct Glyph {
    std::size_t bytes = 1, columns = 1;
};

namespace detail {

struct CodeRange {
    std::uint32_t first, last;
};

constexpr bool in_ranges(std::uint32_t code, const CodeRange* begin, const CodeRange* end) {
    for (; begin != end; ++begin)
        if (code >= begin->first && code <= begin->last) return true;
    return false;
}

/// Columns of a code point: 0 for combining marks, 2 for East Asian characters and pictographs, 1 for others.
/// Control characters must have been replaced, because they would move the cursor.
constexpr std::size_t columns_of(std::uint32_t code) {
    constexpr std::array<CodeRange, 4> joined{
        {{0x300, 0x36F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};
    constexpr std::array<CodeRange, 9> wide{{{0x1100, 0x115F},
                                             {0x2E80, 0xA4CF},
                                             {0xAC00, 0xD7A3},
                                             {0xF900, 0xFAFF},
                                             {0xFE30, 0xFE6F},
                                             {0xFF00, 0xFF60},
                                             {0xFFE0, 0xFFE6},
                                             {0x1F300, 0x1FAFF},
                                             {0x20000, 0x3FFFD}}};
    if (in_ranges(code, joined.data(), joined.data() + joined.size())) return 0;
    return in_ranges(code, wide.data(), wide.data() + wide.size()) ? 2 : 1;
}

constexpr bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7F; }

}  // namespace detail

/// The first character of a text that is not empty. A byte that does not begin a character in UTF-8 counts as one
/// character.
[[nodiscard]] constexpr Glyph first_glyph(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t bytes = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
    if (bytes == 1 || bytes > text.size()) return {};
    std::uint32_t code = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        code = code << 6U | (byte(i) & 0x3FU);
    }
    return {bytes, detail::columns_of(code)};
}

/// The number of columns of a text without control characters.
[[nodiscard]] constexpr std::size_t text_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const Glyph glyph = first_glyph(text);
        width += glyph.columns;
        text.remove_prefix(glyph.bytes);
    }
    return width;
}

/// The longest beginning of a text that has at most `width` columns, but at least one character.
[[nodiscard]] constexpr std::string_view cut_to(std::string_view text, std::size_t width) {
    std::size_t bytes = 0, used = 0;
    while (bytes < text.size()) {
        const Glyph glyph = first_glyph(text.substr(bytes));
        if (bytes > 0 && used + glyph.columns > width) break;
        used += glyph.columns;
        bytes += glyph.bytes;
    }
    return text.substr(0, bytes);
}

/// Wraps a text into lines of at most `width` columns. A line is broken at two spaces (which separate figures) if
/// possible, else at one space, else within a word. All lines but the first are indented by two spaces if there is
/// room. Newlines and tabs become spaces, other control characters become '?'.
[[nodiscard]] inline std::string folded(std::string_view from, std::size_t width) {
    std::string text(from);
    for (char& c : text)
        if (detail::is_control(static_cast<unsigned char>(c))) c = c == '\n' || c == '\t' ? ' ' : '?';
    std::string lines;
    std::string_view rest = text;
    while (true) {
        const std::string_view indent = lines.empty() || width < 20 ? "" : "  ";
        std::string_view line = cut_to(rest, width - indent.size());
        if (!lines.empty()) lines += "\n";
        lines += indent;
        if (line.size() == rest.size()) return lines.append(rest);
        // A line can also end before a space that no longer fits.
        const std::string_view seen = rest.substr(0, line.size() + 1);
        std::size_t end = rest.substr(0, line.size() + 2).rfind("  ");
        if (end == 0 || end == seen.npos) end = seen.rfind(' ');
        if (end == 0 || end == seen.npos) end = line.size();
        lines += rest.substr(0, end);
        rest.remove_prefix(std::min(rest.find_first_not_of(' ', end), rest.size()));
        if (rest.empty()) return lines;
    }
}

}  // namespace alrao::terminal
