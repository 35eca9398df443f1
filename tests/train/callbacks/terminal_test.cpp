#include <alrao/train/callbacks/terminal.hpp>

#include "console.hpp"

#include <doctest/doctest.h>

using namespace alrao;

TEST_CASE("a file is no terminal, a dumb terminal is as good as none") {
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
}

TEST_CASE("times are said as a person would") {
    CHECK(terminal::duration_text(0) == "0.0 s");
    CHECK(terminal::duration_text(8.44) == "8.4 s");
    CHECK(terminal::duration_text(59.7) == "1 min 00 s");
    CHECK(terminal::duration_text(200) == "3 min 20 s");
    CHECK(terminal::duration_text(7500) == "2 h 05 min");
}

TEST_CASE("a throttle lets one through in a tenth of a second") {
    terminal::Throttle throttle;
    CHECK(throttle(0));
    CHECK_FALSE(throttle(0.05));
    CHECK(throttle(0.11));
    throttle.reset();
    CHECK(throttle(0.12));
}

TEST_CASE("scores carry their names") {
    const Evaluation e{.loss = 0.5, .accuracy = 0.75};
    CHECK(terminal::scores_text(e) == "loss 0.5000  accuracy 0.7500");
    CHECK(terminal::scores_text(e, "val_") == "val_loss 0.5000  val_accuracy 0.7500");
    CHECK(terminal::scores_text({.loss = 0.5, .measured = false}) == "loss 0.5000");
}
