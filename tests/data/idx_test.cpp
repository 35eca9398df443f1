#include <alrao/data/idx.hpp>

#include "../io/counting_new.hpp"
#include "idx_bytes.hpp"
#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace data_idx_test {

using namespace alrao;
using data::IdxType;
using io::FileFault;

namespace {

data::Idx idx_of(std::string_view file, const data::IdxOptions& options = {}) {
    return data::read_idx_from(io::InputBytes(bytes_of(file)), options);
}

std::optional<FileError> idx_refused(std::string_view file, const data::IdxOptions& options = {}) {
    return refusal([&] { (void)idx_of(file, options); });
}

template <class Bits>
std::string big_endian(Bits bits) {
    std::string text;
    for (int shift = static_cast<int>(8 * sizeof(Bits)) - 8; shift >= 0; shift -= 8) {
        text += static_cast<char>((bits >> shift) & 255u);
    }
    return text;
}

}  // namespace

TEST_CASE("all types are read in big-endian order, plain and compressed") {
    const auto check = [](int type, const std::string& bytes, const auto& expected) {
        using T = typename std::decay_t<decltype(expected)>::value_type;
        const std::string file = idx_header(type, {static_cast<std::uint32_t>(expected.size())}) + bytes;
        CHECK(idx_of(file).values<T>() == expected);
        CHECK(idx_of(gzip(file)).values<T>() == expected);
        CHECK(idx_of(file).type == static_cast<IdxType>(type));
    };
    check(0x08, "\x01\xFF", std::vector<std::uint8_t>{1, 255});
    check(0x09, "\x01\xFF", std::vector<std::int8_t>{1, -1});
    check(0x0B, "\x01\x02\xFF\xFE", std::vector<std::int16_t>{0x0102, -2});
    check(0x0C, "\x01\x02\x03\x04\xFF\xFF\xFF\xFE", std::vector<std::int32_t>{0x01020304, -2});
    check(0x0D, std::string("\x3F\x80\0\0\xC0\x20\0\0", 8), std::vector<float>{1.0F, -2.5F});
    check(0x0E, std::string("\x3F\xF0\0\0\0\0\0\0", 8), std::vector<double>{1.0});
    const data::Idx bytes = idx_of(idx_file({3}));
    CHECK_THROWS_AS((void)bytes.values<float>(), ArgumentError);
    CHECK_THROWS_AS((void)bytes.values<std::int8_t>(), ArgumentError);
}

TEST_CASE("all ranks from 1 to 8 are read") {
    std::vector<std::uint32_t> extents;
    for (std::size_t rank = 1; rank <= 8; ++rank) {
        extents.push_back(rank % 3 == 0 ? 3 : 2);
        const data::Idx idx = idx_of(idx_file(extents));
        CHECK(idx.extents == std::vector<std::size_t>(extents.begin(), extents.end()));
        CHECK(idx.bytes.size() == idx_file(extents).size() - 4 - 4 * rank);
        CHECK(idx.bytes[1] == std::byte{1});
    }
}

TEST_CASE("violations of each rule of the format are refused with their offset") {
    struct Case {
        std::string file;
        FileFault fault;
        std::uint64_t offset;
        std::string field;
        data::IdxOptions options = {};
    };
    const std::string sound = idx_file({5, 4, 3});
    const auto changed = [&](std::size_t at, int value) {
        std::string file = sound;
        file[at] = static_cast<char>(value);
        return file;
    };
    const std::uint32_t most = 0xFFFFFFFFu;
    std::vector<Case> cases{
        {"", FileFault::truncated, 0, "magic"},
        {"\x1F\x8B", FileFault::truncated, 2, "gzip"},
        {std::string(1, '\0'), FileFault::truncated, 1, "magic"},
        {changed(0, 1), FileFault::malformed, 0, "magic"},
        {changed(1, 255), FileFault::malformed, 0, "magic"},
        {std::string("\x03\x08\0\0\x05\0\0\0", 8), FileFault::malformed, 0, "magic"},
        {gzip(gzip(sound)), FileFault::malformed, 0, "magic (of the uncompressed content)"},
        {changed(3, 0), FileFault::malformed, 3, "rank"},
        {changed(3, 9), FileFault::limit, 3, "rank"},
        {changed(3, 255), FileFault::limit, 3, "rank"},
        {idx_header(8, {5, 0, 3}), FileFault::malformed, 8, "extent 1"},
        {idx_header(8, {0}), FileFault::malformed, 4, "extent 0"},
        {idx_header(8, {60000, 1, 0}), FileFault::malformed, 12, "extent 2"},
        {idx_header(8, {most}), FileFault::truncated, 8, "data", {.max_bytes = std::uint64_t{1} << 40}},
        {idx_header(8, {2, most}), FileFault::limit, 8, "extent 1"},
        {idx_header(8, {65536, 65536}), FileFault::truncated, 12, "data"},
        {idx_header(8, {65536, 65536, 65536, 65536}), FileFault::limit, 12, "extent 2"},
        {idx_header(8, {most, most, most, most, most, most, most, most}), FileFault::limit, 8, "extent 1"},
        {idx_header(8, {most, 2, most}), FileFault::limit, 12, "extent 2", {.max_bytes = ~std::uint64_t{0}}},
        {idx_header(0x0E, {1u << 30, 1u << 31}),
         FileFault::limit,
         8,
         "extent 1",
         {.max_bytes = ~std::uint64_t{0}}},
        {idx_header(0x0E, {1u << 29, 1}), FileFault::truncated, 12, "data"},
        {idx_header(0x0E, {(1u << 29) + 1}), FileFault::limit, 4, "extent 0"},
        {sound + '\0', FileFault::excess, sound.size(), "data"},
        {sound + sound, FileFault::excess, sound.size(), "data"},
        {gzip(sound + '\0'), FileFault::excess, sound.size(), "data (of the uncompressed content)"},
        {gzip(sound) + gzip("x"), FileFault::excess, sound.size(), "data (of the uncompressed content)"},
        {gzip(sound) + "x", FileFault::excess, gzip(sound).size(), "gzip"},
        {gzip(sound.substr(0, 20)), FileFault::truncated, 20, "data (of the uncompressed content)"},
        {gzip(sound.substr(0, 10)), FileFault::truncated, 10, "extents (of the uncompressed content)"},
        {gzip(idx_header(8, {1u << 30})), FileFault::truncated, 8, "data (of the uncompressed content)"},
        {gzip(""), FileFault::truncated, 0, "magic (of the uncompressed content)"},
        {sound, FileFault::mismatch, 3, "rank", {.rank = 1}},
        {idx_file({7}), FileFault::mismatch, 3, "rank", {.rank = 3}},
        {sound, FileFault::mismatch, 2, "type", {.type = IdxType::f32}},
        {sound, FileFault::limit, 12, "extent 2", {.max_bytes = 59}},
    };
    for (int type = 0; type < 256; ++type) {
        const bool known = type == 8 || type == 9 || (type >= 11 && type <= 14);
        if (!known) {
            cases.push_back({changed(2, type), FileFault::malformed, 2, "type"});
        }
    }
    for (std::size_t size = 0; size < sound.size(); ++size) {
        cases.push_back({sound.substr(0, size), FileFault::truncated, size,
                         size < 4    ? "magic"
                         : size < 16 ? "extents"
                                     : "data"});
    }
    for (const std::uint32_t bits : {0x7F800000u, 0xFF800000u, 0x7FC00000u, 0x7F800001u, 0xFFFFFFFFu}) {
        cases.push_back({idx_header(0x0D, {2}) + big_endian(0x3F800000u) + big_endian(bits),
                         FileFault::malformed, 12, "element 1"});
    }
    for (const std::uint64_t bits : {0x7FF0000000000000u, 0xFFF0000000000000u, 0x7FF8000000000000u}) {
        cases.push_back(
            {idx_header(0x0E, {1}) + big_endian(std::uint64_t{bits}), FileFault::malformed, 8, "element 0"});
    }
    for (const Case& wrong : cases) {
        CAPTURE(wrong.field);
        CAPTURE(wrong.file.size());
        const auto error = idx_refused(wrong.file, wrong.options);
        REQUIRE(error);
        CHECK_MESSAGE(io::name_of(error->fault) == io::name_of(wrong.fault), error->what());
        CHECK_MESSAGE(error->offset == wrong.offset, error->what());
        CHECK(error->field == wrong.field);
    }
    CHECK(cases.size() >= 340);
    CHECK(idx_of(idx_header(0x0D, {1}) + big_endian(1u)).values<float>()[0] >
          0);  // a subnormal number is accepted
}

TEST_CASE("messages have a hint at the probable mistake") {
    const auto hint = [](const std::string& file, const data::IdxOptions& options, std::string_view words) {
        const auto error = idx_refused(file, options);
        REQUIRE(error);
        CHECK_MESSAGE(std::string(error->what()).find(words) != std::string::npos, error->what());
    };
    hint(std::string("\x03\x08\0\0\x05\0\0\0", 8), {}, "little-endian");
    hint(gzip(gzip(idx_file({3}))), {}, "compressed twice");
    hint(idx_file({3}), {.rank = 3}, "a file of labels?");
    hint(idx_file({3, 2, 2}), {.rank = 1}, "a file of images?");
}

TEST_CASE("a compressed file with one changed bit gives the same content or is refused") {
    const std::string sound = idx_file({10, 6, 5});
    const data::Idx expected = idx_of(sound);
    std::string file = gzip(sound);
    std::size_t wrong = 0;
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
        const auto flip = static_cast<char>(1u << (bit % 8));
        file[bit / 8] = static_cast<char>(file[bit / 8] ^ flip);
        data::Idx got;
        const auto error = refusal([&] { got = idx_of(file); });
        wrong += error || (got.bytes == expected.bytes && got.extents == expected.extents) ? 0u : 1u;
        file[bit / 8] = static_cast<char>(file[bit / 8] ^ flip);
    }
    CHECK(wrong == 0);
    for (std::size_t size = 0; size < file.size(); ++size) {
        REQUIRE(idx_refused(file.substr(0, size)));
    }
}

TEST_CASE(
    "the memory needed is limited by the real content, even if the header or the compressed data claim more") {
    const auto peak = [](const std::string& file) {
        return Heap::peak_of([&] { (void)refusal([&] { (void)idx_of(file); }); });
    };
    constexpr std::size_t constant = std::size_t{128} << 10;
    for (const auto& extents : {std::vector<std::uint32_t>{0xFFFFFFFFu},
                                {4, 1u << 30},
                                {1u << 20, 4095},
                                {255, 255, 255, 255},
                                {65536, 65535}}) {
        CHECK(peak(idx_header(8, extents)) < constant);
        CHECK(peak(gzip(idx_header(8, extents))) < constant);
    }
    const std::string bomb = gzip(idx_header(8, {1000}) + std::string(50000000, '\0'), 9);
    CHECK(peak(bomb) < constant);
    CHECK(idx_refused(bomb)->fault == FileFault::excess);
    const std::string dense = gzip(idx_file({4000, 1000}));
    CHECK(peak(dense) < 4000000 + constant);
    const std::string tiny =
        gzip(std::string("\0\0", 2) + std::string("\x08\x01", 2) + std::string(4, '\x01'));
    CHECK(idx_refused(tiny)->expected.find("16843009") != std::string::npos);
    CHECK(peak(tiny) < constant);
}

TEST_CASE("files on disk: wrong extensions, folders, changes while reading") {
    const TemporaryFolder folder;
    const std::string sound = idx_file({5, 4});
    CHECK(data::read_idx(folder.write("x.gz", sound)).elements() ==
          20);  // not compressed, in spite of its name
    CHECK(data::read_idx(folder.write("x", gzip(sound))).elements() == 20);  // compressed
    CHECK(refusal([&] { (void)data::read_idx(folder.path()); })->fault == FileFault::access);
    const auto missing = refusal([&] { (void)data::read_idx(folder / "none"); });
    CHECK(missing->path == folder / "none");
    const auto path = folder.write("y", sound);
    const io::InputFile file(path);
    std::filesystem::resize_file(path, 20);
    CHECK(refusal([&] { (void)data::read_idx_from(file); })->fault == FileFault::truncated);
    const auto grown = folder.write("z", sound);
    const io::InputFile other(grown);
    std::ofstream(grown, std::ios::app) << "x";
    CHECK(refusal([&] { (void)data::read_idx_from(other); })->fault == FileFault::excess);
}

}  // namespace data_idx_test
