#include <alrao/data/detail/text_units.hpp>

#include "../../io/temporary_folder.hpp"
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace data_detail_text_units_test {

using namespace alrao;
using namespace alrao::data;
using namespace std::string_view_literals;
using Units = std::vector<std::string>;

namespace {

Units units(std::string_view text, TextUnit unit, bool ends_of_lines = true) {
    Units result;
    for_each_unit(text, "t", {unit, ends_of_lines},
                  [&](std::string_view u, std::size_t) { result.emplace_back(u); });
    return result;
}

std::optional<FileError> refused(std::string_view text, TextUnit unit) {
    return refusal([&] { (void)units(text, unit); });
}

}  // namespace

TEST_CASE("each byte is a unit") {
    CHECK(units("a\0\xFF\r\n"sv, TextUnit::bytes) == Units{"a", std::string(1, '\0'), "\xFF", "\r", "\n"});
    CHECK(units("\xEF\xBB\xBF", TextUnit::bytes).size() == 3);
}

TEST_CASE("characters are code points, without a byte order mark and the CR of CRLF") {
    CHECK(units("a\u00E9\u20AC\U0001F600", TextUnit::characters) ==
          Units{"a", "\u00E9", "\u20AC", "\U0001F600"});
    CHECK(units("e\u0301", TextUnit::characters) == Units{"e", "\u0301"});
    CHECK(units("\xEF\xBB\xBF"
                "a",
                TextUnit::characters) == Units{"a"});
    CHECK(units("a\xEF\xBB\xBF", TextUnit::characters) == Units{"a", "\uFEFF"});
    CHECK(units("a\r\nb\rc\r", TextUnit::characters) == Units{"a", "\n", "b", "\r", "c", "\r"});
}

TEST_CASE("words are separated by spaces, tabs and ends of lines; each line ends with <eos>") {
    CHECK(units(" a\tbc  d \n", TextUnit::words) == Units{"a", "bc", "d", "<eos>"});
    CHECK(units("a\r\nb", TextUnit::words) == Units{"a", "<eos>", "b", "<eos>"});
    CHECK(units("a\n\nb\n", TextUnit::words) == Units{"a", "<eos>", "<eos>", "b", "<eos>"});
    CHECK(units("a\nb ", TextUnit::words) == Units{"a", "<eos>", "b", "<eos>"});
    CHECK(units("\n", TextUnit::words) == Units{"<eos>"});
    CHECK(units("a\n\nb", TextUnit::words, false) == Units{"a", "b"});
    CHECK(units("", TextUnit::words).empty());
    CHECK(units("\xEF\xBB\xBF", TextUnit::words).empty());
}

TEST_CASE("no other characters separate words") {
    CHECK(units("a\u00A0b\u2028c\vd", TextUnit::words, false) == Units{"a\u00A0b\u2028c\vd"});
    const std::string longest(1 << 20, 'x');
    CHECK(units(longest, TextUnit::words, false) == Units{longest});
}

TEST_CASE("offsets are those of the first byte of a unit") {
    std::vector<std::size_t> at;
    for_each_unit(
        "\xEF\xBB\xBF"
        "ab \u00E9\n",
        "t", {TextUnit::words}, [&](std::string_view, std::size_t offset) { at.push_back(offset); });
    CHECK(at == std::vector<std::size_t>{3, 6, 8});
}

TEST_CASE("invalid text is refused with its offset") {
    for (const TextUnit unit : {TextUnit::characters, TextUnit::words}) {
        for (const std::string_view bad :
             {"\xFF"sv, "\xC3"sv, "\xC0\xAF"sv, "\xED\xA0\x80"sv, "\xF4\x90\x80\x80"sv, "\x80"sv, "\0"sv}) {
            const auto error = refused("ab " + std::string(bad), unit);
            REQUIRE(error);
            CHECK(error->offset == 3);
            CHECK(error->fault == io::FileFault::malformed);
            CHECK(error->path == "t");
        }
        CHECK(refused("a\0"sv, unit)->got == "a NUL byte");
        CHECK(refused("a\xFF\n", unit)->got == "the bytes \\xff\\x0a");
    }
}

}  // namespace data_detail_text_units_test
