#include <alrao/io/crc32.hpp>
#include <alrao/io/detail/tensor_file.hpp>

#include "../counting_new.hpp"
#include "../safetensors_bytes.hpp"
#include "../temporary_folder.hpp"
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace io_detail_tensor_file_test {

using namespace alrao;
using io::DType;
using io::FileFault;
using io::TensorFile;

namespace {

std::string sample_bytes() { return text_of(sample_file().to_bytes()); }

}  // namespace

TEST_CASE("reading and writing a file reproduces its bytes") {
    const TemporaryFolder folder;
    const TensorFile file = sample_file();
    file.write(folder / "x.safetensors");
    const std::string bytes = content(folder / "x.safetensors");
    CHECK(bytes == sample_bytes());
    const TensorFile again = TensorFile::read(folder / "x.safetensors");
    CHECK(text_of(again.to_bytes()) == bytes);
    CHECK(again.has_checksums());
    CHECK(again.metadata == file.metadata);
    REQUIRE(again.tensors().size() == file.tensors().size());
    for (const io::Tensor& tensor : file.tensors()) {
        const io::Tensor* found = again.find(tensor.name);
        REQUIRE(found != nullptr);
        CHECK(found->dtype == tensor.dtype);
        CHECK(found->extents == tensor.extents);
        CHECK(text_of(found->bytes) == text_of(tensor.bytes));
    }
    CHECK(again.find("scalar")->values<std::int64_t>() == std::vector<std::int64_t>{-7});
    CHECK(again.find("mask")->values<std::uint8_t>()[3] == 1);
    CHECK(again.find("labels")->values<std::int32_t>()[0] == -1);
    CHECK(again.find("empty")->elements() == 0);
    CHECK(again.find("nothing") == nullptr);
    CHECK(again.find("") == nullptr);
}

TEST_CASE("the order of adding does not matter; data are aligned to the element size") {
    TensorFile a, b;
    const std::vector<float> x{1, 2};
    const std::vector<double> y{3};
    a.add<float>("x", {2}, x);
    a.add<double>("y", {}, y);
    a.add<float>("w", {1, 2}, x);
    b.add<float>("w", {1, 2}, x);
    b.add<double>("y", {}, y);
    b.add<float>("x", {2}, x);
    CHECK(a.to_bytes() == b.to_bytes());
    const auto bytes = a.to_bytes();
    const auto header = static_cast<std::size_t>(bytes[0]) + 256 * static_cast<std::size_t>(bytes[1]);
    CHECK((8 + header) % 64 == 0);
    CHECK(text_of(bytes).substr(8, 15) == "{\"__metadata__\"");
    CHECK(text_of(bytes).find("\"y\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},\"w\"") !=
          std::string::npos);
}

TEST_CASE("the bytes of a file do not change between versions") {
    // Checked with Python: zlib.crc32 of the first 192 bytes with the header's checksum as zeros,
    // and of the data.
    const std::string text =
        R"({"__metadata__":{"alrao.crc32.header":"645c0d08","alrao.crc32.tens)"
        R"(ors":"00430c0a","k":"v"},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
    TensorFile file;
    file.metadata["k"] = "v";
    file.add<std::uint8_t>("b", {2}, std::vector<std::uint8_t>{7, 8});
    const std::string bytes = text_of(file.to_bytes());
    CHECK(bytes.substr(0, 8) == std::string("\xb8", 1) + std::string(7, '\0'));
    CHECK(bytes.substr(8, text.size()) == text);
    CHECK(bytes.substr(8 + text.size()) == std::string(41, ' ') + "\x07\x08");
}

TEST_CASE("tensors remain valid when the file is moved or tensors are added") {
    TensorFile file = sample_file();
    const std::string before = text_of(file.find("0.weight")->bytes);
    TensorFile moved = std::move(file);
    for (int i = 0; i < 100; ++i) {
        moved.add<std::uint8_t>("more" + std::to_string(i), {1}, std::vector<std::uint8_t>{1});
    }
    CHECK(text_of(moved.find("0.weight")->bytes) == before);
}

TEST_CASE("adding a tensor that no reader would accept throws") {
    TensorFile file = sample_file();
    const auto bytes = bytes_of("12345678");
    const std::string before = text_of(file.to_bytes());
    CHECK_THROWS_AS(file.add("mask", DType::u8, {8}, bytes), ArgumentError);
    CHECK_THROWS_AS(file.add("", DType::u8, {8}, bytes), ArgumentError);
    CHECK_THROWS_AS(file.add("a\n", DType::u8, {8}, bytes), ArgumentError);
    CHECK_THROWS_AS(file.add("x", DType::u8, {7}, bytes), ArgumentError);
    CHECK_THROWS_AS(file.add("x", DType::f32, {8}, bytes), ArgumentError);
    CHECK_THROWS_AS(file.add("x", DType::u8, {8, 1, 1, 1, 1, 1, 1, 1, 1}, bytes), ArgumentError);
    CHECK_THROWS_AS(file.add("x", DType::u8, {std::size_t{1} << 63, 16}, {}), ArgumentError);
    CHECK_THROWS_AS(file.add("__metadata__", DType::u8, {8}, bytes), ArgumentError);
    CHECK(text_of(file.to_bytes()) == before);
    for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
             {"alrao.crc32.mine", ""}, {"\xFF", ""}, {"k", "\xC0\x80"}, {std::string(513, 'k'), ""}}) {
        TensorFile wrong = sample_file();
        wrong.metadata[key] = value;
        const TemporaryFolder folder;
        CHECK_THROWS_AS(wrong.write(folder / "x"), ArgumentError);
        CHECK(folder.files() == 0);
    }
}

TEST_CASE("files of other writers, without checksums, are read") {
    const std::string foreign = safetensors(
        R"({"b":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"__metadata__":{"format":"pt"}})", 4);
    const TensorFile file = TensorFile::read(bytes_of(foreign));
    CHECK_FALSE(file.has_checksums());
    CHECK(file.metadata.at("format") == "pt");
    CHECK(file.find("b")->dtype == DType::bf16);
    CHECK(file.find("b")->values<float>().size() == 2);
    CHECK_THROWS_AS((void)file.find("b")->values<std::int32_t>(), ArgumentError);
    const TensorFile again = TensorFile::read(file.to_bytes());
    CHECK(again.has_checksums());
    CHECK(text_of(again.find("b")->bytes) == text_of(file.find("b")->bytes));
}

TEST_CASE("other keys with the prefix of checksums are refused") {
    TensorFile file;
    file.metadata["alrao_crc32_x"] = "1";
    std::string text = text_of(file.to_bytes());
    CHECK_NOTHROW((void)TensorFile::read(bytes_of(text)));
    text.replace(text.find("alrao_crc32_x"), 13, "alrao.crc32.x");
    const std::string key = "\"alrao.crc32.header\":\"";
    const std::size_t digits = text.find(key) + key.size();
    text.replace(digits, 8, "00000000");
    char sum[9];
    std::snprintf(sum, sizeof sum, "%08x", io::crc32(bytes_of(text)));
    text.replace(digits, 8, sum);
    CHECK_THROWS_WITH_AS((void)TensorFile::read(bytes_of(text)), doctest::Contains("alrao.crc32.x"),
                         FileError);
}

TEST_CASE("every truncated and every extended file is refused") {
    const std::string bytes = sample_bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        REQUIRE(refused(bytes.substr(0, size)));
    }
    CHECK(refused(bytes + '\0')->fault == FileFault::excess);
    CHECK(refused(bytes + bytes));
    const TemporaryFolder folder;
    const auto error =
        refusal([&] { (void)TensorFile::read(folder.write("x", bytes.substr(0, bytes.size() - 1))); });
    REQUIRE(error);
    CHECK(error->path == folder / "x");
}

TEST_CASE("every change of one bit is detected") {
    std::string bytes = sample_bytes();
    std::size_t accepted = 0;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        const auto flip = static_cast<char>(1u << (bit % 8));
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
        accepted += refused(bytes) ? 0u : 1u;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
    }
    CHECK(bytes.size() > 2500);
    CHECK(accepted == 0);
    CHECK_FALSE(refused(bytes));
}

TEST_CASE("the error of damaged data has the tensor's name and offset") {
    std::string bytes = sample_bytes();
    bytes.back() = static_cast<char>(bytes.back() ^
                                     1);  // the last byte of mask, the only tensor with elements of one byte
    const auto error = refused(bytes);
    REQUIRE(error);
    CHECK(error->fault == FileFault::checksum);
    CHECK(error->field == "checksum of 'mask'");
    CHECK(error->offset == bytes.size() - 5);
}

TEST_CASE("combinations of parts of two files are refused") {
    TensorFile other = sample_file();
    other.metadata["note"][0] = 'b';
    const std::string a = sample_bytes(), b = text_of(other.to_bytes());
    REQUIRE(a.size() == b.size());
    std::size_t accepted = 0;
    for (std::size_t at = 0; at <= a.size(); ++at) {
        const std::string spliced = a.substr(0, at) + b.substr(at);
        accepted += spliced == a || spliced == b || refused(spliced) ? 0u : 1u;
    }
    CHECK(accepted == 0);
}

TEST_CASE("reading does not need more memory than documented") {
    const auto bound = [](const std::string& bytes) {
        std::uint64_t header = 0;
        std::memcpy(&header, bytes.data(), std::min<std::size_t>(8, bytes.size()));
        header = std::min<std::uint64_t>(header, bytes.size());
        return bytes.size() + 16 * header + (std::size_t{1} << 20);
    };
    const auto within = [&](const std::string& bytes) {
        const std::size_t peak = Heap::peak_of([&] { (void)refused(bytes); });
        CHECK_MESSAGE(peak <= bound(bytes), peak << " of " << bound(bytes));
    };
    std::string entries = "{", long_names = "{", notes = "{\"__metadata__\":{", braces = "{\"";
    for (int i = 0; i < 70000; ++i) {
        const std::string name = std::to_string(i);
        const std::string separator = i == 0 ? "\"" : ",\"";
        entries += separator + name + R"(":{"dtype":"U8","shape":[],"data_offsets":[)" + name + ',' +
                   std::to_string(i + 1) + "]}";
        long_names += separator + std::string(20, 'n') + name +
                      R"(":{"dtype":"U8","shape":[1],"data_offsets":[)" + name + ',' + std::to_string(i + 1) +
                      "]}";
        notes += separator + name + "\":\"\"";
        braces += "{";
    }
    within(safetensors(entries + "}", 70000));
    within(safetensors(long_names + "}", 70000));
    within(safetensors(notes + "}}", 0));
    within(safetensors("{\"__metadata__\":{\"k\":\"" + std::string(9000000, 'v') + "\"}}", 0));
    within(safetensors("{\"__metadata__\":{\"" + std::string(8400000, 'k') + "\":\"v\"}}", 0));
    within(safetensors("{\"" + std::string(8400000, 'n') + "\":{}}", 0));
    for (const std::size_t digits : {1000000u, 1048500u, 1048700u}) {
        within(safetensors(R"({"a":{"shape":[)" + std::string(digits, '1') + "]}}", 0));
        within(safetensors(R"({"a":{"shape":[1.)" + std::string(digits, '1') + "e]}}", 0));
    }
    within(safetensors(std::string(1000000, '{'), 0));
    within(
        safetensors(R"({"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}})", 8));
    within(std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F{}", 10));
    TensorFile large;
    large.add<std::uint8_t>("x", {4000000}, std::vector<std::uint8_t>(4000000, 1));
    within(text_of(large.to_bytes()));
}

}  // namespace io_detail_tensor_file_test
