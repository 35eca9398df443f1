#include <alrao/train/callbacks/posterior_bars.hpp>

#include "console.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>

namespace train_callbacks_posterior_bars_test {

using namespace alrao;

TEST_CASE("a file gets a line for each epoch: all weights, and the best copy with its rate") {
    console::Pipe pipe;
    PosteriorBars bars{pipe.stream()};
    console::play(bars);
    CHECK(pipe.text() ==
          "copies 25% 70% 5%  best 1, rate 0.002\n"
          "copies 25% 70% 5%  best 1, rate 0.002\n");
}

TEST_CASE("nothing is shown for a single copy") {
    console::Pipe pipe;
    PosteriorBars bars{pipe.stream()};
    console::play(bars, false, 1);
    CHECK(pipe.text().empty());
}

TEST_CASE("a terminal shows a bar for each copy, and the cursor returns") {
    console::Terminal tty;
    const console::Variable term("TERM", "xterm"), columns("COLUMNS", "60"), color("NO_COLOR", "1");
    PosteriorBars bars{tty.stream()};
    console::play(bars);
    const std::string text = tty.text();
    CHECK(text.find("0.002    " + std::string(28, '#') + " 70%") != std::string::npos);
    CHECK(text.find("0.003    ## 5%") != std::string::npos);
    CHECK(console::count(text, "\x1b[3A\r") == 8);  // three lines up after each step
    CHECK(text.find("\x1b[1;32m") == std::string::npos);
}

TEST_CASE("no line is wider than the terminal, and no more bars are drawn than fit") {
    console::Terminal tty;
    const console::Variable term("TERM", "xterm"), color("NO_COLOR", nullptr);
    for (const char* width : {"200", "40", "20", "8", "2"}) {
        CAPTURE(width);
        const console::Variable columns("COLUMNS", width);
        PosteriorBars bars{tty.stream()};
        console::play(bars);
        const std::string text = tty.text();
        const std::size_t most = console::widest(text);
        CHECK(most > 0);
        CHECK(most <= std::max<std::size_t>(1, static_cast<std::size_t>(std::atoi(width)) - 1));
    }
    const console::Variable columns("COLUMNS", "60"), lines("LINES", "4");
    PosteriorBars bars{tty.stream()};
    console::play(bars);
    const std::string text = tty.text();
    CHECK(console::count(text, "\x1b[2A\r") == 8);
    CHECK(text.find("0.001 ") != std::string::npos);
    CHECK(text.find("0.002 ") != std::string::npos);
    CHECK(text.find("0.003 ") == std::string::npos);  // the copy with the smallest weight
}

}  // namespace train_callbacks_posterior_bars_test
