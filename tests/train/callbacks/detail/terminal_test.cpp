#include <alrao/train/callbacks/detail/terminal.hpp>

#include "../console.hpp"

#include <doctest/doctest.h>

#include <sys/ioctl.h>

namespace train_callbacks_detail_terminal_test {

using namespace alrao;

TEST_CASE("a file and a dumb terminal are not live") {
    console::Pipe pipe;
    console::Terminal tty;
    const console::Variable term("TERM", "xterm"), no_color("NO_COLOR", nullptr);
    CHECK_FALSE(terminal::is_live(pipe.stream()));
    CHECK_FALSE(terminal::has_color(pipe.stream()));
    CHECK(terminal::is_live(tty.stream()));
    CHECK(terminal::has_color(tty.stream()));
    {
        const console::Variable unwanted("NO_COLOR", "1");
        CHECK(terminal::is_live(tty.stream()));
        CHECK_FALSE(terminal::has_color(tty.stream()));
    }
    const console::Variable dumb("TERM", "dumb");
    CHECK_FALSE(terminal::is_live(tty.stream()));
}

TEST_CASE("the width is $COLUMNS, else the terminal's, else 80") {
    console::Pipe pipe;
    for (const char* nonsense : {"", "wide", "0"}) {
        const console::Variable columns("COLUMNS", nonsense);
        CHECK(terminal::columns(pipe.stream()) == 80);
    }
    const console::Variable columns("COLUMNS", "123");
    CHECK(terminal::columns(pipe.stream()) == 123);
    console::Terminal tty;
    winsize size{};
    size.ws_col = 70;
    size.ws_row = 9;
    REQUIRE(::ioctl(::fileno(tty.stream()), TIOCSWINSZ, &size) == 0);
    CHECK(terminal::columns(tty.stream()) == 70);  // a wider line would be wrapped
    CHECK(terminal::room(tty.stream()) == 69);
    CHECK(terminal::lines(tty.stream()) == 9);
    const console::Variable narrow("COLUMNS", "50"), lines("LINES", nullptr);
    CHECK(terminal::columns(tty.stream()) == 50);
    CHECK(terminal::lines(pipe.stream()) == 24);
    const console::Variable none("COLUMNS", nullptr);
    CHECK(terminal::columns(tty.stream()) == 70);
}

TEST_CASE("fractions and rates have short texts") {
    CHECK(terminal::percent_text(0.625) == "63%");
    CHECK(terminal::percent_text(0) == "0%");
    CHECK(terminal::rate_text(0.0031622776) == "0.00316");
    CHECK(terminal::rate_text(10) == "10");
}

TEST_CASE("durations have readable texts") {
    CHECK(terminal::duration_text(0) == "0.0 s");
    CHECK(terminal::duration_text(8.44) == "8.4 s");
    CHECK(terminal::duration_text(59.7) == "1 min 00 s");
    CHECK(terminal::duration_text(200) == "3 min 20 s");
    CHECK(terminal::duration_text(7500) == "2 h 05 min");
}

TEST_CASE("a throttle is true at most once in a tenth of a second") {
    terminal::Throttle throttle;
    CHECK(throttle(0));
    CHECK_FALSE(throttle(0.05));
    CHECK(throttle(0.11));
    throttle.reset();
    CHECK(throttle(0.12));
}

TEST_CASE("scores have their names") {
    const Evaluation e{.loss = 0.5, .accuracy = 0.75};
    CHECK(terminal::scores_text(e) == "loss 0.5000  accuracy 0.7500");
    CHECK(terminal::scores_text(e, "val_") == "val_loss 0.5000  val_accuracy 0.7500");
    CHECK(terminal::scores_text({.loss = 0.5, .measured = false}) == "loss 0.5000");
}

}  // namespace train_callbacks_detail_terminal_test
