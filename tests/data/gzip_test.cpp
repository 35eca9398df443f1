#include <alrao/data/gzip.hpp>
#include <alrao/io/detail/byte_source.hpp>

#include "idx_bytes.hpp"
#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace data_gzip_test {

using namespace alrao;
using io::FileFault;

namespace {

std::string inflated(std::string_view file, std::size_t piece = 100) {
    const io::InputBytes source(bytes_of(file));
    data::GzipStream stream(source);
    std::string content;
    std::vector<std::byte> out(piece);
    for (std::size_t count = piece; count == piece;) {
        count = stream.read(out);
        content += text_of(std::span(out).first(count));
    }
    stream.finish();
    return content;
}

std::optional<FileError> gzip_refused(std::string_view file) {
    return refusal([&] { (void)inflated(file); });
}

std::string noise(std::size_t size) {
    std::string text;
    for (std::uint32_t x = 1; text.size() < size; x = x * 1664525u + 1013904223u) {
        text += static_cast<char>(x >> 24);
    }
    return text;
}

}  // namespace

TEST_CASE("files that gzip accepts are decompressed, in pieces of any size") {
    const std::string text = noise(1000) + std::string(200000, 'z') + noise(70000);
    for (const int level : {0, 1, 9}) {
        for (const std::size_t piece : {1000u, 65536u, 1000000u}) {
            CHECK(inflated(gzip(text, level), piece) == text);
        }
    }
    CHECK(inflated(gzip("abc", 6, "a name", "a comment", true), 1) == "abc");
    CHECK(inflated(gzip("abc", 6, std::string(1 << 20, 'n').c_str())) == "abc");
    CHECK(inflated(gzip("")).empty());
}

TEST_CASE("successive members are one content, including empty ones") {
    CHECK(inflated(gzip("abc") + gzip("def")) == "abcdef");
    CHECK(inflated(gzip("") + gzip("abc") + gzip("") + gzip("")) == "abc");
    std::string many;
    for (int i = 0; i < 10000; ++i) {
        many += gzip("x");
    }
    CHECK(inflated(many) == std::string(10000, 'x'));
}

TEST_CASE("zero bytes after a member are skipped, as by gzip and Python") {
    const std::string content = noise(1000), member = gzip(content);
    for (const std::size_t zeros : {1u, 2u, 511u, 512u, 65536u, 200000u}) {
        CAPTURE(zeros);
        const std::string padding(zeros, '\0');
        CHECK(inflated(member + padding) == content);
        CHECK(inflated(member + padding, content.size()) == content);
        CHECK(inflated(member + padding + gzip("more")) == content + "more");
        CHECK(inflated(gzip("") + padding + gzip("") + padding).empty());
        const auto error = gzip_refused(member + padding + "text");
        REQUIRE(error);
        CHECK(error->fault == FileFault::excess);
        CHECK(error->offset == member.size() + zeros);
        CHECK(error->got == "4 bytes after the last member and " + std::to_string(zeros) + " zero bytes");
    }
    // The first byte after the padding may be the first byte of a new piece of input.
    const std::string to_the_piece(65536 - member.size(), '\0');
    CHECK(inflated(member + to_the_piece + gzip("more")) == content + "more");
    CHECK(inflated(member + to_the_piece) == content);
    CHECK(gzip_refused(std::string(512, '\0'))->fault == FileFault::malformed);
}

TEST_CASE("the content determines whether a file is compressed") {
    CHECK(data::is_gzip(io::InputBytes(bytes_of("\x1F\x8B"))));
    for (const char* text : {"", "\x1F", "\x8B\x1F", "ab"}) {
        CHECK_FALSE(data::is_gzip(io::InputBytes(bytes_of(text))));
    }
}

TEST_CASE("violations of each rule of the format are refused") {
    const std::string sound = gzip("some text, some text, some text");
    const auto changed = [&](std::size_t at, int value) {
        std::string file = sound;
        file[at] = static_cast<char>(value);
        return file;
    };
    struct Case {
        std::string file;
        FileFault fault;
    };
    const std::size_t end = sound.size();
    const std::string header("\x1F\x8B\x08\0\0\0\0\0\0\x03", 10);
    std::string checked = gzip("abc", 6, "name", nullptr, true);
    checked[12] ^= 1;  // in the name, which the checksum of the header includes
    std::vector<Case> cases{
        {"", FileFault::truncated},
        {changed(2, 7), FileFault::malformed},                                                      // method
        {header.substr(0, 3) + '\x04' + header.substr(4) + "\xFF\xFFshort", FileFault::truncated},  // FEXTRA
        {header.substr(0, 3) + '\x08' + header.substr(4) + std::string(1 << 20, 'n'), FileFault::truncated},
        {header.substr(0, 3) + '\x10' + header.substr(4) + std::string(1 << 20, 'n'), FileFault::truncated},
        {checked, FileFault::checksum},
        {changed(end - 8, sound[end - 8] ^ 1), FileFault::checksum},  // CRC-32
        {changed(end - 4, sound[end - 4] ^ 1), FileFault::checksum},  // length
        {changed(end - 1, 1), FileFault::checksum},                   // length
        {header + '\x07', FileFault::malformed},                      // block of type 3
        {header + std::string("\x01\x05\0\0\0", 5),
         FileFault::malformed},  // stored block, NLEN does not match LEN
        {header + std::string("\x63\x00\x42\x00\x00", 5), FileFault::malformed},  // distance before the start
        {sound + "text", FileFault::excess},
        {sound + '\x1F', FileFault::excess},
        {sound + std::string(512, '\0') + "text", FileFault::excess},
        {sound + std::string(3, '\0') + '\x1F', FileFault::excess},
        {sound + std::string(3, '\0') + "\x1F\x8B", FileFault::truncated},
        {sound + "\x1F\x8B", FileFault::truncated},
        {sound + sound.substr(0, end - 1), FileFault::truncated},
    };
    for (const int flag : {0x20, 0x40, 0x80, 0xE0}) {
        cases.push_back({changed(3, flag), FileFault::malformed});
    }
    for (const Case& wrong : cases) {
        CAPTURE(wrong.file.size());
        const auto error = gzip_refused(wrong.file);
        REQUIRE(error);
        CHECK_MESSAGE(io::name_of(error->fault) == io::name_of(wrong.fault), error->what());
        CHECK(error->field == "gzip");
        CHECK(error->offset <= wrong.file.size());
    }
    CHECK(gzip_refused(sound + "text")->offset == end);
    CHECK(gzip_refused(sound.substr(0, end - 1))->offset == end - 1);
}

TEST_CASE("every truncated file is refused, and every change of one bit is refused or harmless") {
    const std::string text = noise(300) + std::string(300, 'a');
    for (const int level : {0, 9}) {
        std::string file = gzip(text, level, "n", nullptr, true);
        for (std::size_t size = 0; size < file.size(); ++size) {
            REQUIRE(gzip_refused(file.substr(0, size)));
        }
        std::size_t wrong = 0;
        for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
            const auto flip = static_cast<char>(1u << (bit % 8));
            file[bit / 8] = static_cast<char>(file[bit / 8] ^ flip);
            std::string content;
            const auto error = refusal([&] { content = inflated(file, 1000); });
            wrong += error || content == text ? 0u : 1u;
            file[bit / 8] = static_cast<char>(file[bit / 8] ^ flip);
        }
        CHECK(wrong == 0);
    }
}

}  // namespace data_gzip_test
