#include <alrao/data/text.hpp>

#include "../io/temporary_folder.hpp"
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace data_text_test {

using namespace alrao;
using namespace alrao::data;
using Tokens = std::vector<std::int32_t>;

namespace {

const TextOptions words{.rules = {TextUnit::words}};

}  // namespace

TEST_CASE("three texts use the vocabulary of the first") {
    const TemporaryFolder folder;
    const TextFiles files{folder.write("train", "b a b\n"), folder.write("valid", "a c\n"),
                          folder.write("test", "b <unk>\n")};
    const Texts texts = read_texts(files, words);
    CHECK(texts.vocabulary == Vocabulary({TextUnit::words}, {"b", "<eos>", "a", "<unk>"}));
    CHECK(texts.train.tokens == Tokens{0, 2, 0, 1});
    CHECK(texts.train.unknown == 0);
    CHECK(texts.validation.tokens == Tokens{2, 3, 1});
    CHECK(texts.validation.unknown == 1);
    CHECK(texts.test.tokens == Tokens{0, 3, 1});
    CHECK(texts.test.unknown == 1);
    CHECK(read_text(files.validation, texts.vocabulary).tokens == texts.validation.tokens);
}

TEST_CASE("a character that is not in the training text is refused, or becomes <unk> by option") {
    const TemporaryFolder folder;
    const TextFiles files{folder.write("train", "abab"), folder.write("valid", "ba\u00E9"),
                          folder.write("test", "b")};
    const auto error = refusal([&] { (void)read_texts(files); });
    REQUIRE(error);
    CHECK(error->path == files.validation);
    CHECK(error->offset == 2);
    CHECK(error->field == "character");
    CHECK(error->got == "\u00E9");
    CHECK(error->fault == io::FileFault::mismatch);
    const Texts texts = read_texts(files, {.vocabulary = {.unknown = true}});
    CHECK(texts.validation.tokens == Tokens{1, 0, 2});
    CHECK(texts.validation.unknown == 1);
}

TEST_CASE("split_text splits by units, and the vocabulary has only those of the first part") {
    const Texts texts = split_text("abcabcabcx", {0.8, 0.1}, {.vocabulary = {.unknown = true}});
    CHECK(texts.vocabulary.size() == 4);
    CHECK(texts.train.tokens == Tokens{0, 1, 2, 0, 1, 2, 0, 1});
    CHECK(texts.validation.tokens == Tokens{2});
    CHECK(texts.test.tokens == Tokens{3});
    CHECK_THROWS_AS((void)split_text("abcabcabcxx", {0.5, 0.2}), FileError);
    CHECK(split_text("abcabcabcxx", {0.5, 0.2}, {.vocabulary = {.unknown = true}}).test.unknown == 2);
    const TemporaryFolder folder;
    const Texts read = read_and_split_text(folder.write("t", "one two one two\n"), {0.5, 0.3}, words);
    CHECK(read.train.tokens == Tokens{0, 1});
    CHECK(read.validation.tokens == Tokens{0, 1});
    CHECK(read.test.tokens == Tokens{2});
    const auto sizes = [](std::string_view text, const TextFractions& fractions) {
        const Texts parts = split_text(text, fractions, {.vocabulary = {.unknown = true}});
        return std::vector{parts.train.tokens.size(), parts.validation.tokens.size(),
                           parts.test.tokens.size()};
    };
    CHECK(sizes("abcabcabca", {0.7, 0.1}) == std::vector<std::size_t>{7, 1, 2});
    CHECK(sizes("abcab", {}) == std::vector<std::size_t>{3, 1, 1});
    CHECK(sizes("abc", {0.01, 0.01}) == std::vector<std::size_t>{1, 1, 1});
    for (const TextFractions bad : {TextFractions{0, 0.5}, {0.5, 0}, {0.5, 0.5}, {0.9, 0.2}, {-1, 1}})
        CHECK_THROWS_AS((void)split_text("abcdef", bad), ArgumentError);
    CHECK_THROWS_AS((void)split_text("abcdef", {std::numeric_limits<double>::quiet_NaN(), 0.1}),
                    ArgumentError);
}

TEST_CASE("a text without units is refused") {
    const TemporaryFolder folder;
    const auto empty = refusal([&] { (void)read_and_split_text(folder.write("t", "")); });
    CHECK(empty->fault == io::FileFault::truncated);
    CHECK(empty->got == "0 characters");
    CHECK(empty->offset == 0);
    CHECK(refusal([&] { (void)vocabulary_of(""); })->got == "0 characters");
    CHECK(refusal([&] {
              (void)vocabulary_of(" \t", {.rules = {TextUnit::words, false}});
          })->got == "0 words");
    const Vocabulary a({TextUnit::bytes}, {"a"});
    CHECK(refusal([&] { (void)text_of("", a, "here"); })->path == "here");
    CHECK(refusal([&] { (void)split_text("ab", {0.5, 0.4}); })->expected == "at least 3");
}

TEST_CASE("files that cannot be read are refused with their path") {
    const TemporaryFolder folder;
    const Vocabulary a({TextUnit::characters}, {"a"});
    const auto refused = [&](const std::filesystem::path& path, std::uint64_t most = 100) {
        const auto error = refusal([&] { (void)read_text(path, a, most); });
        REQUIRE(error);
        CHECK(error->path == path);
        return *error;
    };
    CHECK(refused(folder / "none").fault == io::FileFault::access);
    CHECK(refused(folder.path()).got == "a directory");
    CHECK(refused("/dev/null").got == "not a regular file");
    CHECK(refused(folder.write("long", "aaaa"), 3).fault == io::FileFault::limit);
    CHECK(refused(folder.write("nul", std::string("a\0", 2))).offset == 1);
    CHECK(refused(folder.write("latin", "a\xE9")).offset == 1);
    if (::geteuid() != 0) {
        const auto secret = folder.write("secret", "a");
        std::filesystem::permissions(secret, std::filesystem::perms::none);
        CHECK(refused(secret).field == "open");
    }
}

}  // namespace data_text_test
