#include <alrao/train/callbacks/progress_bar.hpp>

#include "console.hpp"

#include <doctest/doctest.h>

using namespace alrao;

TEST_CASE("a file gets a line for each epoch and note, and no control characters") {
    console::Pipe pipe;
    ProgressBar bar{pipe.stream()};
    console::play(bar, true);
    CHECK(pipe.text() ==
          "note: look here\n"
          "epoch 1/2  4.0 s  loss 0.5000  accuracy 0.7500  val_loss 0.6250  val_accuracy 0.5000\n"
          "epoch 2/2  4.0 s  loss 0.5000  accuracy 0.7500  val_loss 0.6250  val_accuracy 0.5000"
          "  pruned 1 feature\n");
}

TEST_CASE("a terminal sees one line redrawn, no wider than it is") {
    console::Terminal tty;
    const console::Variable term("TERM", "xterm"), no_color("NO_COLOR", "1");
    for (const char* width : {"100", "30", "2"}) {
        const console::Variable columns("COLUMNS", width);
        ProgressBar bar{tty.stream()};
        console::play(bar);
        const std::string text = tty.text();
        CHECK(console::count(text, "\r\x1b[K") == 8);      // steps
        CHECK(console::count(text, "\n") == 3);            // lines that stay
        for (std::size_t at = text.find("\r\x1b[K"); at != std::string::npos;) {
            const std::size_t end = text.find('\r', at + 1);
            CHECK(end - at - 4 < static_cast<std::size_t>(std::atoi(width)));
            at = text.find("\r\x1b[K", at + 1);
        }
    }
}

TEST_CASE("the bar fills, and has colour unless it is unwanted") {
    console::Terminal tty;
    const console::Variable term("TERM", "xterm"), columns("COLUMNS", "100");
    {
        const console::Variable no_color("NO_COLOR", "1");
        ProgressBar bar{tty.stream()};
        console::play(bar);
        const std::string text = tty.text();
        CHECK(text.find("epoch 1/2 [=======                       ] 1/4  loss 0.5000") !=
              std::string::npos);
        CHECK(text.find("[==============================] 4/4") != std::string::npos);
        CHECK(text.find("left 4.0 s") != std::string::npos);
        CHECK(text.find("\x1b[32m") == std::string::npos);
    }
    const console::Variable color("NO_COLOR", nullptr);
    ProgressBar bar{tty.stream()};
    console::play(bar);
    CHECK(tty.text().find("\x1b[32m") != std::string::npos);
}
