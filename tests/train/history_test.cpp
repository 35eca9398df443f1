#include <alrao/train/history.hpp>

#include <doctest/doctest.h>

#include <sstream>

namespace train_history_test {

using namespace alrao;

TEST_CASE("a history is a value that starts empty") {
    History history;
    CHECK(history.epochs.empty());
    CHECK(history.best_epoch == 0);
    CHECK_FALSE(history.stopped);
    history.epochs.push_back({.number = 1, .training = {.loss = 2}});
    const History copy = history;
    CHECK(copy.epochs[0].training.loss == 2);
    CHECK_FALSE(copy.epochs[0].validation.has_value());
    CHECK_FALSE(copy.epochs[0].partial());
    CHECK(Epoch{.first = 3, .last = 5, .of = 5}.partial());
    CHECK(Epoch{.last = 4, .of = 5}.partial());
    CHECK_FALSE(Epoch{.last = 5, .of = 5}.partial());
}

TEST_CASE("an epoch is printed in one line, a history in a few") {
    Epoch epoch{.number = 2, .training = {.loss = 0.5, .accuracy = 0.75, .samples = 40}};
    epoch.validation = Evaluation{.loss = 1, .accuracy = 0.5, .samples = 1};
    epoch.quarantined = 3;
    std::ostringstream one;
    one << epoch;
    CHECK(one.str() ==
          "epoch 2: loss 0.5000, accuracy 0.7500 (40 samples); validation: loss 1.0000, "
          "accuracy 0.5000 (1 sample); 3 pruned");
    std::ostringstream part;
    part << Epoch{.number = 1, .training = {.loss = 2, .measured = false}, .first = 3, .last = 5, .of = 9};
    CHECK(part.str() == "epoch 1 (samples 3 to 5 of 9): loss 2.0000 (0 samples)");

    History history{.epochs = {epoch, {.number = 3}},
                    .messages = {"a note"},
                    .seconds = 1.5,
                    .stopped = true,
                    .best_epoch = 1};
    std::ostringstream few;
    few << history;
    CHECK(few.str() == "2 epochs in 1.5000 s, stopped\n" + one.str() + "\nnote: a note");
    std::ostringstream none;
    none << History{};
    CHECK(none.str() == "0 epochs in 0.0000 s");
}

}  // namespace train_history_test
