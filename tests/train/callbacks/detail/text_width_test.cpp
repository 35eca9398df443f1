#include <alrao/train/callbacks/detail/text_width.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace train_callbacks_detail_text_width_test {

using namespace alrao;

namespace {

/// The width of the widest line (below: all characters without spaces and newlines, in order).
std::size_t widest(std::string_view text) {
    std::size_t most = 0;
    while (true) {
        const std::size_t end = text.find('\n');
        most = std::max(most, terminal::text_width(text.substr(0, end)));
        if (end == std::string_view::npos) return most;
        text.remove_prefix(end + 1);
    }
}
std::string without_spaces(std::string_view text) {
    std::string kept;
    for (const char c : text)
        if (c != ' ' && c != '\n') kept += c;
    return kept;
}

}  // namespace

TEST_CASE("characters have the width that terminals use") {
    CHECK(terminal::text_width("") == 0);
    CHECK(terminal::text_width("loss 0.5") == 8);
    CHECK(terminal::text_width("Z\u00fcrich") == 6);
    CHECK(terminal::text_width("e\u0301") == 1);
    CHECK(terminal::text_width("\u65e5\u672c") == 4);
    CHECK(terminal::text_width("\U0001F600") == 2);
    CHECK(terminal::text_width("\xff\xc3") == 2);  // not UTF-8: one column for each byte
    CHECK(terminal::text_width("\xe6\x97") == 2);  // cut within a character
    CHECK(terminal::text_width("\xc3(") == 2);
}

TEST_CASE("a text is cut between characters") {
    CHECK(terminal::cut_to("abcdef", 3) == "abc");
    CHECK(terminal::cut_to("abc", 9) == "abc");
    CHECK(terminal::cut_to("\u65e5\u672c", 3) == "\u65e5");
    CHECK(terminal::cut_to("ae\u0301o", 2) == "ae\u0301");
    CHECK(terminal::cut_to("\u65e5", 1) == "\u65e5");  // at least one
    CHECK(terminal::cut_to("", 1).empty());
}

TEST_CASE("long lines are wrapped: nothing is lost, nothing is too wide") {
    CHECK(terminal::folded("epoch 1/2  loss 0.5", 80) == "epoch 1/2  loss 0.5");
    CHECK(terminal::folded("epoch 1/2  loss 0.5000  accuracy 0.7500", 24) ==
          "epoch 1/2  loss 0.5000\n  accuracy 0.7500");
    CHECK(terminal::folded("note: inputs reach 255", 20) == "note: inputs reach\n  255");
    CHECK(terminal::folded("abcdef", 3) == "abc\ndef");
    CHECK(terminal::folded("one\ntwo\x1b[J", 40) == "one two?[J");
    CHECK(terminal::folded("ends here  ", 9) == "ends here");
    CHECK(terminal::folded("", 5).empty());
    const std::string text =
        "  note: Z\u00fcrich/\u65e5\u672c/a-very-long-name-of-a-file.csv  epoch 12/20  loss 0.5 ";
    for (std::size_t width = 2; width < 100; ++width) {
        CAPTURE(width);
        const std::string lines = terminal::folded(text, width);
        CHECK(widest(lines) <= width);
        CHECK(without_spaces(lines) == without_spaces(text));
    }
}

}  // namespace train_callbacks_detail_text_width_test
