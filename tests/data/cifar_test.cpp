#include <alrao/data/cifar.hpp>

#include "cifar_bytes.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

namespace data_cifar_test {

using namespace alrao;
using io::FileFault;

namespace {

std::optional<FileError> refused(const TemporaryFolder& folder) {
    return refusal([&] { (void)data::cifar10(folder.path()); });
}

}  // namespace

TEST_CASE("five batches become one training set, in order; all folders are searched") {
    for (const std::string below : {"", "cifar-10-batches-bin/"}) {
        const TemporaryFolder folder;
        write_cifar10(folder, below, 4);
        const data::Cifar cifar = data::cifar10(folder.path());
        CHECK(std::filesystem::equivalent(cifar.folder, folder / below));
        CHECK(cifar.train.count == 20);
        CHECK(cifar.test.count == 4);
        CHECK(cifar.train.classes == 10);
        CHECK(std::vector(cifar.train.labels.begin(), cifar.train.labels.begin() + 5) ==
              std::vector<std::int32_t>{1, 2, 3, 4, 1});
        CHECK(cifar.train.image(4)[0] == 21.0F / 255.0F);
        CHECK(cifar.test.image(0)[0] == 7.0F / 255.0F);
        CHECK(cifar.train.images.capacity() == cifar.train.images.size());
        const Variable data("ALRAO_DATA", folder.path().c_str());
        CHECK(data::cifar10().train.images == cifar.train.images);
        const Variable none("ALRAO_DATA", nullptr);
        std::filesystem::create_directory(folder / "alrao");
        std::filesystem::rename(cifar.folder / "test_batch.bin", folder / "t");
    }
    const TemporaryFolder cache;
    write_cifar10(cache, "alrao/cifar-10-batches-bin/", 1);
    const Variable data("ALRAO_DATA", nullptr), home("XDG_CACHE_HOME", cache.path().c_str());
    CHECK(data::cifar10().train.count == 5);
}

TEST_CASE("CIFAR-100 with fine or coarse labels") {
    const TemporaryFolder folder;
    folder.write("cifar-100-binary/train.bin", cifar_file(6, 2, 50));
    folder.write("cifar-100-binary/test.bin", cifar_file(2, 2, 10));
    const data::Cifar fine = data::cifar100(folder.path());
    CHECK(fine.train.labels[5] == 55);
    CHECK(fine.test.count == 2);
    CHECK(data::cifar100(folder.path(), data::CifarLabel::cifar100_coarse).train.labels[5] == 11);
    CHECK_THROWS_AS((void)data::cifar100(folder.path(), data::CifarLabel::cifar10), ArgumentError);
}

TEST_CASE("unusual but readable files give notes") {
    const TemporaryFolder folder;
    write_cifar10(folder, "", 2);
    CHECK(data::cifar10(folder.path()).notes.size() == 6);
    CHECK(data::cifar10(folder.path()).notes[0] ==
          (folder / "data_batch_1.bin").native() + ": 2 records; the published file has 10000");
    folder.write("data_batch_4.bin", cifar_file(2, 1, 21));  // the content of batch 2
    const auto notes = data::cifar10(folder.path()).notes;
    REQUIRE(notes.size() == 7);
    CHECK(notes[5] == (folder / "data_batch_4.bin").native() + ": the same content as " +
                          (folder / "data_batch_2.bin").native());
    // A test batch among the training files.
    write_cifar10(folder, "", 2);
    folder.write("test_batch.bin", cifar_file(2, 1, 31));
    CHECK(data::cifar10(folder.path()).notes.back() == (folder / "test_batch.bin").native() +
                                                           ": the same content as " +
                                                           (folder / "data_batch_3.bin").native());
}

TEST_CASE("a missing batch, a folder or archive in place of a file, and a wrong batch are refused") {
    const TemporaryFolder folder;
    write_cifar10(folder, "", 1);
    CHECK_FALSE(refused(folder));
    std::filesystem::remove(folder / "data_batch_3.bin");
    CHECK(refused(folder)->fault == FileFault::mismatch);
    CHECK(refused(folder)->path == folder.path());
    CHECK(refused(folder)->got == "no data_batch_3.bin");
    std::filesystem::create_directory(folder / "data_batch_3.bin");
    CHECK(refused(folder)->got == "a directory");
    CHECK(refused(folder)->path == folder / "data_batch_3.bin");
    std::filesystem::remove(folder / "data_batch_3.bin");
    folder.write("data_batch_3.bin", cifar_file(3) + cifar_file(1).substr(0, 100));
    CHECK(refused(folder)->offset == 3 * 3073);
    std::string wrong = cifar_file(3);
    wrong[2 * 3073] = '\x0A';
    folder.write("data_batch_3.bin", wrong);
    CHECK(refused(folder)->path == folder / "data_batch_3.bin");
    CHECK(refused(folder)->offset == 2 * 3073);
    const auto archive = folder.write("cifar-10-binary.tar.gz", "\x1F\x8B");
    const auto error = refusal([&] { (void)data::cifar10(archive); });
    REQUIRE(error);
    CHECK(error->path == archive);
    CHECK(error->expected == "the folder of the data set: unpack the archive first");
}

TEST_CASE("if no files are found, the message lists all folders and a pickled version") {
    const TemporaryFolder folder;
    std::string text = refused(folder)->what();
    for (const std::string& words : {folder.path().native() + ",", (folder / "cifar-10-batches-bin").native(),
                                     std::string("data_batch_1.bin"), std::string("ALRAO_DATA")})
        CHECK_MESSAGE(text.find(words) != text.npos, text);
    CHECK(text.find("Python") == text.npos);
    folder.write("cifar-10-batches-py/data_batch_1", "\x80");
    text = refused(folder)->what();
    CHECK_MESSAGE(text.find("cifar-10-batches-py/data_batch_1 is a file of the Python version") != text.npos,
                  text);
    const Variable data("ALRAO_DATA", nullptr), cache("XDG_CACHE_HOME", nullptr), home("HOME", nullptr);
    const auto nowhere = refusal([] { (void)data::cifar10(); });
    REQUIRE(nowhere);
    CHECK(nowhere->got.find("are not set") != std::string::npos);
}

TEST_CASE("paper_split: the first four fifths, the last fifth, in order") {
    const TemporaryFolder folder;
    write_cifar10(folder, "", 4);
    const data::Cifar cifar = data::cifar10(folder.path());
    const Split<float> parts = data::paper_split(cifar);
    REQUIRE(parts.train.size() == 16);
    REQUIRE(parts.validation.size() == 4);
    for (std::size_t i = 0; i < 16; ++i) CHECK(parts.train.place(i) == i);
    for (std::size_t i = 0; i < 4; ++i) CHECK(parts.validation.place(i) == 16 + i);
    CHECK(parts.train.sample() == Extents{32, 32, 3});
    static_assert(
        !std::is_invocable_v<decltype([](auto&& c) -> decltype(data::paper_split(
                                                       static_cast<decltype(c)>(c))) { return {}; }),
                             data::Cifar>);
}

}  // namespace data_cifar_test
