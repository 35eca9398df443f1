#pragma once

#include <alrao/data/detail/text_units.hpp>
#include <alrao/data/vocabulary.hpp>
#include <alrao/io/detail/byte_source.hpp>
#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao::data {

/// A text as a sequence of indices into a vocabulary.
struct Text {
    std::vector<std::int32_t> tokens;
    /// Number of tokens <unk>: units that are not in the vocabulary, and "<unk>" in the text itself.
    std::size_t unknown = 0;

    /// Number of tokens.
    [[nodiscard]] std::size_t size() const { return tokens.size(); }
};

/// Options of readers of texts.
struct TextOptions {
    TextRules rules{};               ///< how texts are split into bytes, characters or words
    VocabularyOptions vocabulary{};  ///< which units are in the vocabulary
    std::uint64_t max_bytes = std::uint64_t{1} << 30;  ///< largest size of a file, 1 GiB
};

/// Training, validation and test text, as indices into the vocabulary of the training text.
struct Texts {
    Vocabulary vocabulary;
    Text train, validation, test;
};

/// Paths of the files of a training, a validation and a test text.
struct TextFiles {
    std::filesystem::path train, validation, test;
};

namespace detail {

[[noreturn, gnu::cold]] inline void refuse_short_text(const std::filesystem::path& path, std::size_t bytes,
                                                      TextUnit unit, std::size_t got, std::size_t needed) {
    fail<FileError>(io::FileFault::truncated, path, bytes, "text",
                    std::to_string(got) + " " + std::string(name_of(unit)) + (got == 1 ? "" : "s"),
                    "at least " + std::to_string(needed));
}

[[noreturn, gnu::cold]] inline void refuse_unknown(const std::filesystem::path& path, std::size_t at,
                                                   std::string_view unit, const Vocabulary& vocabulary) {
    fail<FileError>(io::FileFault::mismatch, path, at, name_of(vocabulary.rules().unit), unit,
                    "one of the " + std::to_string(vocabulary.size()) +
                        " units of the training text (VocabularyOptions::unknown accepts others)");
}

/// Appends the index of a unit, which begins at byte `at`.
/// @throws FileError if the vocabulary has neither the unit nor <unk>
inline void append(Text& text, std::string_view unit, std::size_t at, const std::filesystem::path& path,
                   const Vocabulary& vocabulary) {
    const auto unknown = vocabulary.unknown();
    auto index = vocabulary.find(unit);
    if (!index) index = unknown;
    if (!index) refuse_unknown(path, at, unit, vocabulary);
    if (index == unknown) ++text.unknown;
    text.tokens.push_back(*index);
}

struct TextBytes {
    std::vector<std::byte> bytes;
    [[nodiscard]] std::string_view text() const {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
};

inline TextBytes read_text_bytes(const std::filesystem::path& path, std::uint64_t max_bytes) {
    return {io::read_file(path, max_bytes)};
}

}  // namespace detail

/// Returns the vocabulary of a training text in memory. `name` is used in error messages.
/// @throws FileError if the text contains no unit, or as `for_each_unit`
/// @throws ArgumentError if `options.vocabulary.most` is 1
[[nodiscard]] inline Vocabulary vocabulary_of(std::string_view text, const TextOptions& options = {},
                                              const std::filesystem::path& name = "(memory)") {
    UnitCounts counts(options.rules);
    std::size_t units = 0;
    for_each_unit(text, name, options.rules, [&](std::string_view unit, std::size_t) {
        counts.add(unit);
        ++units;
    });
    if (units == 0) detail::refuse_short_text(name, text.size(), options.rules.unit, 0, 1);
    return counts.vocabulary(options.vocabulary);
}

/// Splits a text in memory into units, according to the rules of the vocabulary, and returns their indices.
/// `name` is used in error messages.
/// @throws FileError if the text contains no unit, if a unit is not in the vocabulary and the vocabulary does not
/// have <unk>, or as `for_each_unit`
[[nodiscard]] inline Text text_of(std::string_view text, const Vocabulary& vocabulary,
                                  const std::filesystem::path& name = "(memory)") {
    Text result;
    for_each_unit(text, name, vocabulary.rules(), [&](std::string_view unit, std::size_t at) {
        detail::append(result, unit, at, name, vocabulary);
    });
    if (result.tokens.empty()) detail::refuse_short_text(name, text.size(), vocabulary.rules().unit, 0, 1);
    return result;
}

/// Reads the text of a file and returns the indices of its units in an existing vocabulary.
/// @throws FileError if the file cannot be read or has more than `max_bytes` bytes, or as `text_of`
[[nodiscard]] inline Text read_text(const std::filesystem::path& path, const Vocabulary& vocabulary,
                                    std::uint64_t max_bytes = TextOptions{}.max_bytes) {
    return text_of(detail::read_text_bytes(path, max_bytes).text(), vocabulary, path);
}

/// Reads three texts, with the vocabulary of the training text.
/// @throws FileError as `read_text`
/// @throws ArgumentError as `vocabulary_of`
[[nodiscard]] inline Texts read_texts(const TextFiles& files, const TextOptions& options = {}) {
    const detail::TextBytes train = detail::read_text_bytes(files.train, options.max_bytes);
    Texts texts{vocabulary_of(train.text(), options, files.train), {}, {}, {}};
    texts.train = text_of(train.text(), texts.vocabulary, files.train);
    texts.validation = read_text(files.validation, texts.vocabulary, options.max_bytes);
    texts.test = read_text(files.test, texts.vocabulary, options.max_bytes);
    return texts;
}

/// Fractions of the units of a text, in order: training, then validation; the rest is for the test.
struct TextFractions {
    double train = 0.8, validation = 0.1;
};

/// Splits a text in memory into training, validation and test text of at least one unit each. The vocabulary
/// is that of the training text. `name` is used in error messages.
/// @throws FileError if the text has fewer than three units, or as `text_of`
/// @throws ArgumentError unless both fractions are positive and their sum is less than 1, or as
/// `vocabulary_of`
[[nodiscard]] inline Texts split_text(std::string_view text, const TextFractions& fractions,
                                      const TextOptions& options = {},
                                      const std::filesystem::path& name = "(memory)") {
    const double train = fractions.train, validation = fractions.validation;
    if (!(train > 0) || !(validation > 0) || !(train + validation < 1))
        fail({"alrao: split_text: fractions ", train, " and ", validation,
              " must be above 0, and their sum must be below 1"});
    std::size_t units = 0;
    const auto for_each = [&](auto&& f) { for_each_unit(text, name, options.rules, f); };
    for_each([&](std::string_view, std::size_t) { ++units; });
    if (units < 3) detail::refuse_short_text(name, text.size(), options.rules.unit, units, 3);
    const auto share = [&](double part, std::size_t least, std::size_t most) {
        // Adds 1e-6, because the sum of 0.7 and 0.1 is slightly less than 0.8.
        const auto wanted = static_cast<std::size_t>(part * static_cast<double>(units) + 1e-6);
        return std::clamp(wanted, least, most);
    };
    const std::size_t first = share(train, 1, units - 2),
                      second = share(train + validation, first + 1, units - 1);
    UnitCounts counts(options.rules);
    std::size_t number = 0;
    for_each([&](std::string_view unit, std::size_t) {
        if (number++ < first) counts.add(unit);
    });
    Texts texts{counts.vocabulary(options.vocabulary), {}, {}, {}};
    number = 0;
    for_each([&](std::string_view unit, std::size_t at) {
        Text& part = number < first ? texts.train : number < second ? texts.validation : texts.test;
        detail::append(part, unit, at, name, texts.vocabulary);
        ++number;
    });
    return texts;
}

/// Reads one file and splits it into three texts.
/// @throws FileError, ArgumentError as `read_text` and `split_text`
[[nodiscard]] inline Texts read_and_split_text(const std::filesystem::path& path,
                                               const TextFractions& fractions = {},
                                               const TextOptions& options = {}) {
    return split_text(detail::read_text_bytes(path, options.max_bytes).text(), fractions, options, path);
}

}  // namespace alrao::data

#pragma GCC diagnostic pop
