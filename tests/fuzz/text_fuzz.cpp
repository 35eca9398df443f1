// libFuzzer target for the text reader. It is built, and run briefly, in builds with clang and sanitizers.
// To run it longer:
//   tests/fuzz/run.py text BUILD/tests/fuzz/fuzz_text 10000000
// For any bytes, the reader must throw FileError or return indices that the vocabulary turns back into the text.
// The first byte chooses how the text is split and which words the vocabulary omits.
#include <alrao/data/text.hpp>

#include "checks.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace alrao::data;
using fuzz::require;

void check_text(const Text& text, const Vocabulary& vocabulary) {
    require(!text.tokens.empty());
    std::size_t unknown = 0;
    for (const std::int32_t token : text.tokens) {
        require(token >= 0 && static_cast<std::size_t>(token) < vocabulary.size());
        if (vocabulary.unknown() == token) ++unknown;
    }
    require(unknown == text.unknown);
}

/// Splitting the joined words of a text again must give the same words.
void check_again(const Text& text, const Vocabulary& vocabulary) {
    if (vocabulary.rules().unit == TextUnit::words && !vocabulary.rules().ends_of_lines) {
        // A word may begin with bytes that would be a byte order mark at the start of a file.
        const std::string spelt = ' ' + vocabulary.text(text.tokens);
        require(text_of(spelt, vocabulary).tokens == text.tokens);
    }
    if (vocabulary.rules().unit == TextUnit::bytes && text.unknown == 0)
        require(vocabulary.text(text.tokens).size() == text.tokens.size());
}

void check(std::string_view bytes, const TextOptions& options) {
    try {
        const Vocabulary vocabulary = vocabulary_of(bytes, options);
        if (options.vocabulary.most > 0) require(vocabulary.size() <= options.vocabulary.most);
        const Text text = text_of(bytes, vocabulary);
        check_text(text, vocabulary);
        check_again(text, vocabulary);
        const Texts parts = split_text(bytes, {0.5, 0.25}, options);
        for (const Text* part : {&parts.train, &parts.validation, &parts.test})
            check_text(*part, parts.vocabulary);
        require(parts.train.size() + parts.validation.size() + parts.test.size() == text.size());
    } catch (const alrao::FileError& error) {
        fuzz::check_error(error, bytes.size());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const TextOptions options{.rules = {static_cast<TextUnit>(data[0] % 4 % 3), data[0] / 4 % 2 == 0},
                              .vocabulary = {.most = data[0] / 8 % 2 == 0 ? std::size_t{0} : std::size_t{3},
                                             .unknown = data[0] / 16 % 2 == 0}};
    check({reinterpret_cast<const char*>(data) + 1, size - 1}, options);
    return 0;
}
