#include <alrao/data/vocabulary.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace data_vocabulary_test {

using namespace alrao;
using namespace alrao::data;
using Units = std::vector<std::string>;

namespace {

Units units_of(const Vocabulary& vocabulary) {
    return {vocabulary.units().begin(), vocabulary.units().end()};
}

Vocabulary vocabulary(TextUnit unit, std::initializer_list<const char*> text,
                      const VocabularyOptions& options = {}) {
    UnitCounts counts({unit});
    for (const char* u : text) counts.add(u);
    return counts.vocabulary(options);
}

}  // namespace

TEST_CASE("units are sorted by frequency, then by their bytes") {
    const auto v = vocabulary(TextUnit::characters, {"b", "c", "a", "c"});
    CHECK(units_of(v) == Units{"c", "a", "b"});
    CHECK(v.find("a") == 1);
    CHECK(!v.find("x"));
    CHECK(!v.unknown());
    CHECK(v[2] == "b");
    CHECK_THROWS_AS((void)v[3], ArgumentError);
    CHECK_THROWS_AS((void)v[-1], ArgumentError);
}

TEST_CASE("vocabularies of words always have <unk>, those of characters by option") {
    CHECK(units_of(vocabulary(TextUnit::words, {"b", "a", "b"})) == Units{"b", "a", "<unk>"});
    const auto spelt = vocabulary(TextUnit::words, {"<unk>", "a", "<unk>"});
    CHECK(units_of(spelt) == Units{"<unk>", "a"});
    CHECK(spelt.unknown() == 0);
    CHECK(vocabulary(TextUnit::bytes, {"a"}, {.unknown = true}).unknown() == 1);
}

TEST_CASE("a limit keeps the most frequent units and <unk>") {
    const std::initializer_list<const char*> text{"a", "a", "a", "b", "b", "c"};
    CHECK(units_of(vocabulary(TextUnit::words, text, {.most = 4})) == Units{"a", "b", "c", "<unk>"});
    CHECK(units_of(vocabulary(TextUnit::words, text, {.most = 3})) == Units{"a", "b", "<unk>"});
    CHECK(units_of(vocabulary(TextUnit::characters, text, {.most = 3})) == Units{"a", "b", "c"});
    CHECK(units_of(vocabulary(TextUnit::characters, text, {.most = 2})) == Units{"a", "<unk>"});
    CHECK_THROWS_AS((void)vocabulary(TextUnit::words, text, {.most = 1}), ArgumentError);
}

TEST_CASE("text() restores a text from indices") {
    const Vocabulary known({TextUnit::words}, {"a", "<eos>", "<unk>"});
    CHECK(known.text(std::vector<std::int32_t>{0, 0, 1, 2, 0, 1}) == "a a\n<unk> a\n");
    const Vocabulary flat({TextUnit::words, false}, {"a", "<eos>"});
    CHECK(flat.text(std::vector<std::int32_t>{0, 1}) == "a <eos>");
    const Vocabulary characters({TextUnit::characters}, {"\u00E9", "\n", "<unk>"});
    CHECK(characters.text(std::vector<std::int32_t>{0, 1, 2}) == "\u00E9\n\uFFFD");
    CHECK_THROWS_AS((void)known.text(std::vector<std::int32_t>{3}), ArgumentError);
}

TEST_CASE("vocabularies are equal if rules, units and indices are equal") {
    const Vocabulary a({TextUnit::words}, {"a", "b"});
    CHECK(a == Vocabulary({TextUnit::words}, {"a", "b"}));
    CHECK(!(a == Vocabulary({TextUnit::words}, {"b", "a"})));
    CHECK(!(a == Vocabulary({TextUnit::words, false}, {"a", "b"})));
    CHECK(!(a == Vocabulary({TextUnit::characters}, {"a", "b"})));
    CHECK_THROWS_AS(Vocabulary({TextUnit::words}, {"a", "a"}), ArgumentError);
}

TEST_CASE("a copy is independent of the original") {
    Vocabulary copy;
    {
        const auto first = vocabulary(TextUnit::words, {"a-word-of-some-length", "b"});
        copy = first;
    }
    CHECK(copy.find("a-word-of-some-length") == 0);
}

}  // namespace data_vocabulary_test
