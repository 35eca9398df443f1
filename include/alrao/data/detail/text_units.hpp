#pragma once

#include <alrao/io/detail/utf8.hpp>
#include <alrao/io/file_error.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <string_view>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::data {

/// What a text is cut into.
enum class TextUnit : unsigned char {
    bytes,       ///< each byte as it is, whatever the file holds
    characters,  ///< code points of UTF-8
    words,       ///< what stands between spaces, tabs and ends of lines, in UTF-8
};

/// One unit of each kind, as messages and files name it.
inline constexpr std::array<std::string_view, 3> unit_names{"byte", "character", "word"};

[[nodiscard]] constexpr std::string_view name_of(TextUnit unit) {
    return unit_names[static_cast<std::size_t>(unit)];
}

/// The word that stands for all words that a vocabulary does not have. Where a text spells it out
/// it is the same, as in the Penn Treebank files.
inline constexpr std::string_view unknown_token = "<unk>";

/// The word that stands for the end of a line. Where a text spells it out it is the same.
inline constexpr std::string_view end_of_line_token = "<eos>";

/// How a text is cut.
struct TextRules {
    TextUnit unit = TextUnit::characters;
    bool ends_of_lines = true;  ///< of words: each line, an empty one too, ends in <eos>

    friend constexpr bool operator==(const TextRules&, const TextRules&) = default;
};

namespace detail {

/// The character at byte `at`; what is no text is refused.
inline io::CodePoint character_at(std::string_view text, std::size_t at, const std::filesystem::path& path) {
    const io::CodePoint point = io::decode_utf8(text, at);
    const bool nul = point.length == 1 && point.value == 0;
    if (point.length == 0 || nul) {
        fail<FileError>(io::FileFault::malformed, path, at, "character",
                        nul ? "a NUL byte" : "the bytes " + io::printable(text.substr(at, 4)),
                        "UTF-8 text (TextUnit::bytes reads any file)");
    }
    return point;
}

/// A byte order mark says how a file is encoded; it is no part of the text.
[[nodiscard]] constexpr std::size_t text_begin(std::string_view text) {
    return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

template <class F>
void for_each_character(std::string_view text, const std::filesystem::path& path, F&& f) {
    for (std::size_t at = text_begin(text); at < text.size();) {
        const std::size_t length = character_at(text, at, path).length;
        if (text.substr(at, 2) != "\r\n") f(text.substr(at, length), at);
        at += length;
    }
}

// Not isspace, which asks the locale.
[[nodiscard]] constexpr bool parts_words(char32_t c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

template <class F>
void for_each_word(std::string_view text, const std::filesystem::path& path, bool ends_of_lines, F&& f) {
    std::size_t at = text_begin(text), word = at;
    const auto end_word = [&] {
        if (at > word) f(text.substr(word, at - word), word);
    };
    while (at < text.size()) {
        const io::CodePoint point = character_at(text, at, path);
        if (parts_words(point.value)) {
            end_word();
            if (point.value == '\n' && ends_of_lines) f(end_of_line_token, at);
            word = at + 1;
        }
        at += point.length;
    }
    end_word();
    if (ends_of_lines && text.size() > text_begin(text) && text.back() != '\n') f(end_of_line_token, at);
}

}  // namespace detail

/// Calls f(unit, its offset in bytes) for each unit of a text in order.
///   bytes       every byte.
///   characters  Unicode code points. A byte order mark at the beginning is no part of the text; a
///               carriage return before a line feed is none either, so that lines end alike
///               everywhere.
///   words       what spaces, tabs, line feeds and carriage returns part; nothing else does, not
///               U+00A0, not U+2028. The last line ends where the text does.
/// @throws FileError with the offset of what is not well-formed UTF-8, and of a NUL byte; never for
/// bytes
template <class F>
void for_each_unit(std::string_view text, const std::filesystem::path& path, const TextRules& rules, F&& f) {
    switch (rules.unit) {
    case TextUnit::bytes:
        for (std::size_t at = 0; at < text.size(); ++at) f(text.substr(at, 1), at);
        return;
    case TextUnit::characters: return detail::for_each_character(text, path, f);
    case TextUnit::words: return detail::for_each_word(text, path, rules.ends_of_lines, f);
    }
}

}  // namespace alrao::data

#pragma GCC diagnostic pop
