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

/// A text as indices into a vocabulary.
struct Text {
    std::vector<std::int32_t> tokens;
    std::size_t unknown = 0;  ///< of them <unk>, spelt out or not in the vocabulary

    [[nodiscard]] std::size_t size() const { return tokens.size(); }
};

/// How texts are read.
struct TextOptions {
    TextRules rules{};                                 ///< what is a unit: a byte, a character or a word
    VocabularyOptions vocabulary{};                    ///< which units have a number of their own
    std::uint64_t max_bytes = std::uint64_t{1} << 30;  ///< of a file, 1 GiB; larger ones are refused
};

/// Training, validation and test text, and the vocabulary of the first.
struct Texts {
    Vocabulary vocabulary;
    Text train, validation, test;
};

/// The files of three texts.
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
                        " of the training text (VocabularyOptions::unknown allows others)");
}

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

/// The vocabulary of a training text in memory; `name` is for messages.
/// @throws FileError on a text without a unit, or as `for_each_unit` does
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

/// A text in memory by a vocabulary, which says how it is cut; `name` is for messages.
/// @throws FileError on a text without a unit, on a unit that the vocabulary does not have where it
/// has no <unk>, or as `for_each_unit` does
[[nodiscard]] inline Text text_of(std::string_view text, const Vocabulary& vocabulary,
                                  const std::filesystem::path& name = "(memory)") {
    Text result;
    for_each_unit(text, name, vocabulary.rules(), [&](std::string_view unit, std::size_t at) {
        detail::append(result, unit, at, name, vocabulary);
    });
    if (result.tokens.empty()) detail::refuse_short_text(name, text.size(), vocabulary.rules().unit, 0, 1);
    return result;
}

/// Reads a text by a vocabulary that is there already.
/// @throws FileError
[[nodiscard]] inline Text read_text(const std::filesystem::path& path, const Vocabulary& vocabulary,
                                    std::uint64_t max_bytes = TextOptions{}.max_bytes) {
    return text_of(detail::read_text_bytes(path, max_bytes).text(), vocabulary, path);
}

/// Reads three texts; the vocabulary is the first one's. Each file is read once.
/// @throws FileError
[[nodiscard]] inline Texts read_texts(const TextFiles& files, const TextOptions& options = {}) {
    const detail::TextBytes train = detail::read_text_bytes(files.train, options.max_bytes);
    Texts texts{vocabulary_of(train.text(), options, files.train), {}, {}, {}};
    texts.train = text_of(train.text(), texts.vocabulary, files.train);
    texts.validation = read_text(files.validation, texts.vocabulary, options.max_bytes);
    texts.test = read_text(files.test, texts.vocabulary, options.max_bytes);
    return texts;
}

/// How one text is parted, in order: training, validation, and the rest for the test.
struct TextFractions {
    double train = 0.8, validation = 0.1;
};

/// Parts a text in memory by its units, each part getting one at least; the vocabulary is that of the
/// first part.
/// @throws FileError on a text of fewer than three units, or as `text_of`; ArgumentError on
/// fractions that do not leave something for each
[[nodiscard]] inline Texts split_text(std::string_view text, const TextFractions& fractions,
                                      const TextOptions& options = {},
                                      const std::filesystem::path& name = "(memory)") {
    const double train = fractions.train, validation = fractions.validation;
    if (!(train > 0) || !(validation > 0) || !(train + validation < 1))
        fail({"alrao: split_text: fractions ", train, " and ", validation,
              " have to be above 0 and leave something for the test"});
    std::size_t units = 0;
    const auto for_each = [&](auto&& f) { for_each_unit(text, name, options.rules, f); };
    for_each([&](std::string_view, std::size_t) { ++units; });
    if (units < 3) detail::refuse_short_text(name, text.size(), options.rules.unit, units, 3);
    const auto share = [&](double part, std::size_t least, std::size_t most) {
        // 0.7 and 0.1 are a little less than 0.8 together.
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

/// Reads one file and parts it.
/// @throws FileError, ArgumentError as `split_text`
[[nodiscard]] inline Texts read_and_split_text(const std::filesystem::path& path,
                                               const TextFractions& fractions = {},
                                               const TextOptions& options = {}) {
    return split_text(detail::read_text_bytes(path, options.max_bytes).text(), fractions, options, path);
}

}  // namespace alrao::data

#pragma GCC diagnostic pop
