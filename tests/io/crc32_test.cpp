#include <alrao/io/crc32.hpp>

#include "temporary_folder.hpp"
#include <doctest/doctest.h>

namespace io_crc32_test {

using alrao::io::crc32;

TEST_CASE("CRC-32 has the check value of the catalogue of CRCs and can be continued") {
    CHECK(crc32(bytes_of("123456789")) == 0xCBF43926u);
    CHECK(crc32(bytes_of("6789"), crc32(bytes_of("12345"))) == 0xCBF43926u);
    CHECK(crc32({}) == 0);
    CHECK(crc32({}, 7) == 7);
}

}  // namespace io_crc32_test
