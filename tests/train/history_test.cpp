#include <alrao/train/history.hpp>

#include <doctest/doctest.h>

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
