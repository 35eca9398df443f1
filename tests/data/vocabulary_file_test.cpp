#include <alrao/data/vocabulary_file.hpp>

#include "../io/temporary_folder.hpp"
#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace data_vocabulary_file_test {

using namespace alrao;
using namespace alrao::data;

namespace {

io::TensorFile whole() {
    io::TensorFile file;
    file.add<std::uint64_t>("vocabulary.lengths", {2}, std::vector<std::uint64_t>{1, 2});
    file.add<std::uint8_t>("vocabulary.bytes", {3}, std::vector<std::uint8_t>{'a', 'b', 'c'});
    file.metadata = {{"format", "alrao vocabulary 1"}, {"unit", "word"}, {"ends_of_lines", "no"}};
    return file;
}

std::optional<FileError> refused(const io::TensorFile& file) {
    return refusal([&] { (void)vocabulary_in(file, "v"); });
}

io::TensorFile with_lengths(std::vector<std::uint64_t> lengths) {
    io::TensorFile file;
    file.add<std::uint64_t>("vocabulary.lengths", {lengths.size()}, lengths);
    file.add<std::uint8_t>("vocabulary.bytes", {3}, std::vector<std::uint8_t>{'a', 'a', 'c'});
    file.metadata = whole().metadata;
    return file;
}

}  // namespace

TEST_CASE("a loaded vocabulary equals the saved one") {
    const TemporaryFolder folder;
    for (const Vocabulary& v : {Vocabulary({TextUnit::words, false}, {"a", "<unk>", "\u00E9t\u00E9"}),
                                Vocabulary({TextUnit::bytes}, {"\n", std::string(1, '\0'), "\xFF"}),
                                Vocabulary({TextUnit::characters}, {" ", "<unk>"})}) {
        save(v, folder / "v");
        CHECK(load_vocabulary(folder / "v") == v);
    }
    CHECK(vocabulary_in(whole(), "v") == Vocabulary({TextUnit::words, false}, {"a", "bc"}));
}

TEST_CASE("other files are refused with their path") {
    const TemporaryFolder folder;
    CHECK(refusal([&] { (void)load_vocabulary(folder / "none"); })->fault == io::FileFault::access);
    io::TensorFile file = whole();
    file.metadata.erase("format");
    CHECK(refused(file)->field == "format");
    file = whole();
    file.metadata["unit"] = "line";
    CHECK(refused(file)->got == "line");
    file = whole();
    file.metadata["ends_of_lines"] = "perhaps";
    CHECK(refused(file)->field == "ends_of_lines");
    file = io::TensorFile();
    file.metadata = whole().metadata;
    CHECK(refused(file)->field == "vocabulary.lengths");
    file.add<std::uint8_t>("vocabulary.lengths", {1}, std::vector<std::uint8_t>{1});
    CHECK(refused(file)->got == "an array of another type or rank");
}

TEST_CASE("lengths must divide the bytes into different units") {
    CHECK(vocabulary_in(with_lengths({2, 1}), "v").size() == 2);
    CHECK(refused(with_lengths({1, 1}))->expected == "2 bytes, the sum of the lengths");
    CHECK(refused(with_lengths({3, 1}))->got == "1 bytes for unit 1");
    CHECK(refused(with_lengths({0, 3}))->got == "0 bytes for unit 0");
    CHECK(refused(with_lengths({~std::uint64_t{0}}))->expected == "1 to 3 bytes");
    CHECK(refused(with_lengths({1, 1, 1}))->got == "'a' twice");
}

}  // namespace data_vocabulary_file_test
