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

/// Kinds of units into which texts are split.
enum class TextUnit : unsigned char {
    bytes,       ///< single bytes, of any file
    characters,  ///< Unicode code points, in UTF-8
    words,       ///< sequences without spaces, tabs and ends of lines, in UTF-8
};

/// Names of a unit, in messages and files, indexed by TextUnit.
inline constexpr std::array<std::string_view, 3> unit_names{"byte", "character", "word"};

/// Returns the name of a unit: "byte", "character" or "word".
[[nodiscard]] constexpr std::string_view name_of(TextUnit unit) {
    return unit_names[static_cast<std::size_t>(unit)];
}

/// The token for all units that are not in the vocabulary. If a text contains this word, as the Penn Treebank
/// files do, it is the same token.
inline constexpr std::string_view unknown_token = "<unk>";

/// The token for the end of a line. If a text contains this word, it is the same token.
inline constexpr std::string_view end_of_line_token = "<eos>";

/// Rules by which texts are split into units.
struct TextRules {
    TextUnit unit = TextUnit::characters;  ///< kind of the units
    bool ends_of_lines = true;             ///< for words: each line, also an empty one, ends with <eos>

    friend constexpr bool operator==(const TextRules&, const TextRules&) = default;
};

namespace detail {

/// Returns the character at byte `at`.
/// @throws FileError if it is not well-formed UTF-8, or NUL
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

/// Returns the offset of the text: 3 after a byte order mark, which describes the encoding and is not part of
/// the text; else 0.
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

// Whether a character separates words. isspace is not used, because it depends on the locale.
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

/// Calls f(unit, offset in bytes) for each unit of a text, in order. `path` is used in error messages. The
/// units are:
/// - bytes: each byte.
/// - characters: each Unicode code point, except a byte order mark at the beginning, and a carriage return
///   before a line feed, so that all ends of lines are equal.
/// - words: each sequence of characters without spaces, tabs, line feeds and carriage returns. No other
///   characters separate words, not even U+00A0 and U+2028. If `rules.ends_of_lines` is true, <eos> is a unit
///   at each line feed, and at the end of a text that does not end with one.
/// @throws FileError, except for bytes, if the text is not well-formed UTF-8 or contains a NUL byte; the
/// error contains the offset
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
