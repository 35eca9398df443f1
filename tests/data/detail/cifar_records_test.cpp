#include <alrao/data/detail/cifar_records.hpp>
#include <alrao/io/detail/byte_source.hpp>

#include "../../io/heap.hpp"
#include "../cifar_bytes.hpp"
#include "../idx_bytes.hpp"
#include <doctest/doctest.h>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace data_detail_cifar_records_test {

using namespace alrao;
using data::CifarLabel;
using io::FileFault;

namespace {

data::LabelledImages records(std::string_view file, CifarLabel label = CifarLabel::cifar10) {
    return data::read_cifar_from(io::InputBytes(bytes_of(file)), label);
}

std::optional<FileError> records_refused(std::string_view file, CifarLabel label = CifarLabel::cifar10) {
    return refusal([&] { (void)records(file, label); });
}

}  // namespace

TEST_CASE("planes of red, green and blue become images with channels last") {
    const auto images = records(cifar_file(3, 1, 8));
    CHECK(images.count == 3);
    CHECK(images.height == 32);
    CHECK(images.width == 32);
    CHECK(images.channels == 3);
    CHECK(images.classes == 10);
    CHECK(images.labels == std::vector<std::int32_t>{8, 9, 0});
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t y = 0; y < 32; ++y)
            for (std::size_t x = 0; x < 32; ++x)
                for (std::size_t c = 0; c < 3; ++c) {
                    const auto byte = static_cast<float>((8 + i + c * 1024 + y * 32 + x) % 256);
                    REQUIRE(images.image(i)[(y * 32 + x) * 3 + c] == byte / 255.0F);
                }
}

TEST_CASE("CIFAR-100: coarse and fine labels") {
    const std::string file = cifar_file(7, 2, 96);
    const auto fine = records(file, CifarLabel::cifar100_fine);
    const auto coarse = records(file, CifarLabel::cifar100_coarse);
    CHECK(fine.classes == 100);
    CHECK(coarse.classes == 20);
    CHECK(fine.labels == std::vector<std::int32_t>{96, 97, 98, 99, 0, 1, 2});
    CHECK(coarse.labels == std::vector<std::int32_t>{19, 19, 19, 19, 0, 0, 0});
    CHECK(fine.images == coarse.images);
    CHECK(fine.image(1)[0] == 97.0F / 255.0F);
}

TEST_CASE("violations of each rule of the format are refused with their offset") {
    struct Case {
        std::string file;
        FileFault fault;
        std::uint64_t offset;
        std::string field, got;
        CifarLabel label = CifarLabel::cifar10;
    };
    const auto changed = [](std::string file, std::size_t at, int value) {
        file[at] = static_cast<char>(value);
        return file;
    };
    const auto fine = CifarLabel::cifar100_fine, coarse = CifarLabel::cifar100_coarse;
    const std::string ten = cifar_file(4), hundred = cifar_file(4, 2);
    std::vector<Case> cases{
        {"", FileFault::truncated, 0, "size", "0 bytes"},
        {"", FileFault::truncated, 0, "size", "0 bytes", fine},
        {ten.substr(0, 1), FileFault::truncated, 0, "record 0", "1 bytes"},
        {ten.substr(0, 3072), FileFault::truncated, 0, "record 0", "3072 bytes"},
        {ten + "x", FileFault::truncated, 4 * 3073, "record 4", "1 bytes"},
        {hundred + "x", FileFault::truncated, 4 * 3074, "record 4", "1 bytes", fine},
        {hundred, FileFault::truncated, 4 * 3073, "record 4", "4 bytes"},
        {ten, FileFault::truncated, 3 * 3074, "record 3", "3070 bytes", fine},
        {gzip(ten), FileFault::mismatch, 0, "format", "a gzip file: unpack the archive first (tar -xzf)"},
        {"\x1F\x8B", FileFault::mismatch, 0, "format", "a gzip file: unpack the archive first (tar -xzf)"},
        {"\x80\x02}q\x01(U\x0B"
         "batch_label",
         FileFault::mismatch, 0, "format",
         "a Python pickle, which cannot be read: download the binary version of the data set"},
        {changed(ten, 0, 0x80), FileFault::mismatch, 0, "format",
         "a Python pickle, which cannot be read: download the binary version of the data set"},
        {std::string("data_batch_1.bin") + std::string(241, '\0') + "ustar", FileFault::mismatch, 0, "format",
         "a tar archive: unpack it first (tar -xf)"},
    };
    for (const int label : {10, 11, 127, 255})
        for (const std::size_t record : {0U, 1U, 3U})
            cases.push_back({changed(ten, record * 3073, label == 127 && record == 0 ? 126 : label),
                             FileFault::malformed, record * 3073, "label of record " + std::to_string(record),
                             std::to_string(label == 127 && record == 0 ? 126 : label)});
    for (const auto which : {fine, coarse}) {  // both label bytes are checked, for either choice
        for (const int label : {20, 99, 255})
            cases.push_back({changed(hundred, 2 * 3074, label), FileFault::malformed, 2 * 3074,
                             "coarse label of record 2", std::to_string(label), which});
        for (const int label : {100, 255})
            cases.push_back({changed(hundred, 2 * 3074 + 1, label), FileFault::malformed, 2 * 3074 + 1,
                             "fine label of record 2", std::to_string(label), which});
    }
    for (const Case& wrong : cases) {
        CAPTURE(wrong.field);
        CAPTURE(wrong.file.size());
        const auto error = records_refused(wrong.file, wrong.label);
        REQUIRE(error);
        CHECK_MESSAGE(io::name_of(error->fault) == io::name_of(wrong.fault), error->what());
        CHECK_MESSAGE(error->offset == wrong.offset, error->what());
        CHECK(error->field == wrong.field);
        CHECK(error->got == wrong.got);
    }
    CHECK(records_refused(hundred)->expected == "3073 bytes (this is a file of CIFAR-100?)");
    CHECK(records_refused(ten, fine)->expected == "3074 bytes (this is a file of CIFAR-10?)");
    const auto padded = records_refused(ten + std::string(512, '\0'));
    REQUIRE(padded);
    CHECK(padded->got == "512 bytes");
    CHECK(padded->expected == "3073 bytes (these are zero bytes; if they are padding: truncate -s 12292)");
    CHECK(records_refused(ten + std::string(511, '\0') + "x")->expected == "3073 bytes");
    CHECK(records_refused(std::string(512, '\0'))->expected == "3073 bytes");
}

TEST_CASE(
    "every truncated file is refused, or consists of whole records; the memory needed is that of its content") {
    const std::string file = cifar_file(3);
    for (std::size_t size = 0; size < file.size(); size += size % 3073 < 3071 ? 41U : 1U) {
        const auto error = records_refused(file.substr(0, size));
        REQUIRE((size > 0 && size % 3073 == 0) == !error);
    }
    const std::string longer = file + "x";
    CHECK(Heap::peak_of([&] { CHECK(records_refused(longer)); }) < 8192);
    CHECK(Heap::peak_of([&] { (void)records(file); }) < 3 * 3072 * 4 + 4096);
}

TEST_CASE("a folder, a file that is too large, and a file that changes are refused") {
    const TemporaryFolder folder;
    const auto read_file = [](const io::InputFile& file) {
        return refusal([&] { (void)data::read_cifar_from(file, CifarLabel::cifar10); });
    };
    CHECK(refusal([&] { (void)io::InputFile(folder.path()); })->got == "a directory");
    const auto huge = folder.write("huge", cifar_file(1));
    std::filesystem::resize_file(huge, 3073ULL * 400'000);  // 1.2 GB, a sparse file
    CHECK(Heap::peak_of([&] { CHECK(read_file(io::InputFile(huge))->fault == FileFault::limit); }) < 1 << 20);
    const auto cut = folder.write("cut", cifar_file(3));
    const io::InputFile shrinking(cut);
    std::filesystem::resize_file(cut, 3073 + 5);
    CHECK(read_file(shrinking)->fault == FileFault::truncated);
    const auto longer = folder.write("longer", cifar_file(1));
    const io::InputFile growing(longer);
    std::ofstream(longer, std::ios::app) << "x";
    CHECK(read_file(growing)->fault == FileFault::excess);
}

}  // namespace data_detail_cifar_records_test
