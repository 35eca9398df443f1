#include <alrao/train/callbacks/progress_bar.hpp>

#include "console.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>

namespace train_callbacks_progress_bar_test {

using namespace alrao;

TEST_CASE("a file gets a line for each epoch and note, and no control characters") {
    console::Pipe pipe;
    ProgressBar bar{pipe.stream()};
    console::play(bar, true);
    CHECK(pipe.text() ==
          "note: look here\nepoch 1/2  4.0 s  loss 0.5000  accuracy 0.7500  val_loss 0.6250  val_accuracy "
          "0.5000\nepoch 2/2  4.0 s  loss 0.5000  accuracy 0.7500  val_loss 0.6250  val_accuracy 0.5000  "
          "pruned 1 feature\nnote: features and copies are pruned if their rate is too large. This is "
          "normal if rates are drawn over several orders of magnitude; the network works without "
          "them\ndone: 2 epochs in 0.0 s  best epoch 1: val_loss 0.6250  val_accuracy 0.5000\npruned: 1 "
          "feature, because their rates were too large\ncopies: 70% at rate 0.002, 25% at 0.001, 5% at "
          "0.003\n");
}

TEST_CASE("a terminal shows one line that is redrawn and fits into its width") {
    console::Terminal tty;
    const console::Variable term("TERM", "xterm"), no_color("NO_COLOR", "1");
    for (const char* width : {"200", "100", "80", "40", "30", "2"}) {
        const console::Variable columns("COLUMNS", width);
        ProgressBar bar{tty.stream()};
        console::play(bar);
        const std::string text = tty.text();
        CHECK(console::count(text, "\r\x1b[K") == 8);  // steps
        CHECK(console::count(text, "\n") >= 7);        // permanent lines
        const std::size_t most = console::widest(text);
        CHECK(most > 0);
        CHECK(most < static_cast<std::size_t>(std::atoi(width)));
    }
}

TEST_CASE("`preparing` is shown on a terminal only") {
    console::Terminal tty;
    console::Pipe pipe;
    const console::Variable term("TERM", "xterm"), columns("COLUMNS", "60"), color("NO_COLOR", "1");
    ProgressBar on_terminal{tty.stream()}, in_file{pipe.stream()};
    on_terminal.preparing({.what = "looking at the data", .samples = 7});
    in_file.preparing({.what = "looking at the data", .samples = 7});
    CHECK(tty.text() == "\r\x1b[Kpreparing: looking at the data (7 samples) ...");
    CHECK(pipe.text().empty());
}

TEST_CASE("the remaining time depends on the steps after the first one only") {
    console::Terminal tty;
    const console::Variable term("TERM", "xterm"), columns("COLUMNS", "100"), color("NO_COLOR", "1");
    ProgressBar bar{tty.stream()};
    History history;
    const Posterior posterior(1);
    const Evaluation e{.loss = 0.5};
    bar.fit_begin({.epochs = 2, .steps = 100, .history = history, .fit_steps = 150});
    const auto step = [&](std::size_t number, double seconds) {
        bar.step_end({.epochs = 2,
                      .step = number,
                      .steps = 50,
                      .so_far = e,
                      .batch = e,
                      .seconds = seconds,
                      .posterior = posterior,
                      .copy_rates = {}});
        return tty.text();
    };
    CHECK(step(1, 30).find("left") == std::string::npos);  // after half a minute of preparation
    CHECK(step(2, 31).find("left 2 min 28 s") != std::string::npos);
    CHECK(step(3, 31.5).find("left 1 min 50 s") != std::string::npos);
}

TEST_CASE("a narrow terminal shows the most useful parts") {
    console::Terminal tty;
    const console::Variable term("TERM", "xterm"), color("NO_COLOR", "1");
    const auto last_draw = [&](const char* width) {
        const console::Variable columns("COLUMNS", width);
        ProgressBar bar{tty.stream()};
        console::play(bar, true);
        std::string text = tty.text();
        const std::size_t at = text.find("4/4");
        return text.substr(text.rfind("\x1b[K", at) + 3, text.find('\r', at) - text.rfind("\x1b[K", at) - 3);
    };
    CHECK(last_draw("100").starts_with("epoch 1/2 [=="));
    CHECK(last_draw("60") == "epoch 1/2 4/4  loss 0.5000  accuracy 0.7500  left 4.0 s");
    CHECK(last_draw("50").ends_with("] 4/4  loss 0.5000  left 4.0 s"));
    CHECK(last_draw("30") == "epoch 1/2 4/4  left 4.0 s");
    CHECK(last_draw("14") == "epoch 1/2 4/4");
    const console::Variable columns("COLUMNS", "80");
    ProgressBar bar{tty.stream()};
    console::play(bar, true);
    CHECK(tty.text().find("epoch 1/2  4.0 s  loss 0.5000 (val 0.6250)  accuracy 0.7500 (val 0.5000)\r\n") !=
          std::string::npos);
}

TEST_CASE("a part of an epoch is marked; lost copies are counted separately") {
    console::Pipe pipe;
    ProgressBar bar{pipe.stream()};
    History history;
    const Posterior posterior(2);
    bar.fit_begin({.epochs = 2, .steps = 4, .history = history});
    history.epochs.push_back({.number = 1,
                              .training = {.loss = 0.5, .accuracy = 0.75},
                              .quarantined = 3,
                              .copies_lost = 1,
                              .first = 24,
                              .last = 32,
                              .of = 80});
    bar.epoch_end({.record = history.epochs[0], .epochs = 2, .posterior = posterior, .history = history});
    CHECK(
        pipe.text().starts_with("epoch 1/2 (8 of 80 samples)  0.0 s  loss 0.5000  accuracy 0.7500  pruned "
                                "2 features  pruned 1 copy\nnote: features and copies are pruned"));
}

TEST_CASE("an error that ends a fit begins on a new line") {
    console::Terminal tty;
    const console::Variable term("TERM", "xterm"), columns("COLUMNS", "60"), color("NO_COLOR", "1");
    {
        ProgressBar bar{tty.stream()};
        bar.preparing({.what = "looking at the data", .samples = 7});
        const ProgressBar copy = bar;
    }
    CHECK(console::count(tty.text(), "\n") == 1);
    {
        ProgressBar bar{tty.stream()};
        console::play(bar);
        tty.text();
    }
    CHECK(tty.text().empty());
}

TEST_CASE("the bar grows, and has colour unless it is disabled") {
    console::Terminal tty;
    const console::Variable term("TERM", "xterm"), columns("COLUMNS", "100");
    {
        const console::Variable no_color("NO_COLOR", "1");
        ProgressBar bar{tty.stream()};
        console::play(bar);
        const std::string text = tty.text();
        CHECK(text.find("epoch 1/2 [=======                       ] 1/4  loss 0.5000") != std::string::npos);
        CHECK(text.find("[==============================] 4/4") != std::string::npos);
        CHECK(text.find("left 4.0 s") != std::string::npos);
        CHECK(text.find("\x1b[32m") == std::string::npos);
    }
    const console::Variable color("NO_COLOR", nullptr);
    ProgressBar bar{tty.stream()};
    console::play(bar);
    CHECK(tty.text().find("\x1b[32m") != std::string::npos);
}

}  // namespace train_callbacks_progress_bar_test
