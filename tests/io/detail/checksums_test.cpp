#include <alrao/io/detail/checksums.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace io_detail_checksums_test {

using namespace alrao;
using namespace alrao::io::detail;

TEST_CASE("numbers are written with eight hexadecimal digits") {
    CHECK(hex(0) == "00000000");
    CHECK(hex(0xDEADBEEF) == "deadbeef");
    CHECK(hex(0x12) == "00000012");
}

TEST_CASE("the checksum of a header depends on all of its text except its own digits") {
    const std::string text = R"({"__metadata__":{"alrao.crc32.header":"01234567"}})";
    const std::size_t digits = text.find("01234567");
    const std::uint32_t sum = header_checksum(text, digits);
    std::string other = text;
    other.replace(digits, 8, "89abcdef");
    CHECK(header_checksum(other, digits) == sum);
    other[0] = '[';
    CHECK(header_checksum(other, digits) != sum);
    CHECK(header_checksum(text + ' ', digits) != sum);
}

TEST_CASE("a header without checksums is not verified; a header with only one of the two is refused") {
    Header header;
    header.metadata = {{"format", "alrao"}};
    CHECK_FALSE(verify_checksums("file", "{}", header, {}));
    header.metadata.emplace(header_checksum_key, "01234567");
    CHECK_THROWS_AS(verify_checksums("file", "{}", header, {}), FileError);
}

}  // namespace io_detail_checksums_test
