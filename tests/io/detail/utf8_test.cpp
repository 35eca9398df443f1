#include <alrao/io/detail/utf8.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace io_detail_utf8_test {

using namespace alrao::io;

static_assert(is_utf8("plain, \xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x98\x80"));
static_assert(decode_utf8("\xE2\x82\xAC", 0).value == 0x20AC);
static_assert(decode_utf8("\xF4\x8F\xBF\xBF", 0).value == 0x10FFFF);

TEST_CASE("ill-formed UTF-8 is recognized") {
    for (const std::string_view text :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xE2\x82", "\xED\xA0\x80",
          "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xFE"}) {
        CHECK_FALSE(is_utf8(text));
    }
}

TEST_CASE("exactly the scalar values of Unicode are decoded") {
    for (char32_t c = 0x80; c < 0x110000; c += 7) {
        std::string text;
        if (c < 0x800) {
            text = {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 63))};
        } else if (c < 0x10000) {
            text = {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 63)),
                    static_cast<char>(0x80 | (c & 63))};
        } else {
            text = {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 63)),
                    static_cast<char>(0x80 | ((c >> 6) & 63)), static_cast<char>(0x80 | (c & 63))};
        }
        const bool surrogate = c >= 0xD800 && c < 0xE000;
        REQUIRE(decode_utf8(text, 0).length == (surrogate ? 0 : text.size()));
        REQUIRE((surrogate || decode_utf8(text, 0).value == c));
    }
}

TEST_CASE("printable escapes control characters") {
    CHECK(printable("a\nb\x1B[31m") == "a\\x0ab\\x1b[31m");
    CHECK(printable(std::string_view("\0", 1)) == "\\x00");
    CHECK(printable("\xE2\x80\xAE") == "\\xe2\\x80\\xae");  // right-to-left override
    CHECK(printable("\xC2\x9B") == "\\xc2\\x9b");           // C1 control
    CHECK(printable("\xFFz") == "\\xffz");
    CHECK(printable("\xC3\xA9") == "\xC3\xA9");
    CHECK(printable(std::string(500, 'x')).size() < 200);
}

}  // namespace io_detail_utf8_test
