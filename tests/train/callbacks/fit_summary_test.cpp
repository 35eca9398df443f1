#include <alrao/train/callbacks/fit_summary.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace train_callbacks_fit_summary_test {

using namespace alrao;

namespace {

History summarized(std::vector<double> validation_losses) {
    History history{.seconds = 20};
    for (const double loss : validation_losses) {
        Epoch epoch{.number = history.epochs.size() + 1};
        epoch.validation = Evaluation{.loss = loss, .accuracy = 0.5};
        history.epochs.push_back(epoch);
    }
    return history;
}

}  // namespace

TEST_CASE("without epochs there is no summary; without validation it has the duration") {
    CHECK(fit_summary({}).empty());
    History history{.epochs = {{.number = 1}}, .seconds = 8.4};
    CHECK(fit_summary(history) == std::vector<std::string>{"done: 1 epoch in 8.4 s"});
    history.stopped = true;
    history.epochs.push_back({.number = 2});
    CHECK(fit_summary(history) == std::vector<std::string>{"stopped: 2 epochs in 8.4 s"});
}

TEST_CASE("the best epoch has the smallest loss, or is the restored one") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    History history = summarized({0.5, 0.25, nan, 0.75});
    CHECK(fit_summary(history)[0] ==
          "done: 4 epochs in 20.0 s  best epoch 2: val_loss 0.2500  val_accuracy 0.5000");
    history.best_epoch = 1;
    CHECK(fit_summary(history)[0] ==
          "done: 4 epochs in 20.0 s  best epoch 1: val_loss 0.5000  val_accuracy 0.5000  (its weights were "
          "restored)");
    CHECK(fit_summary(summarized({nan}))[0] == "done: 1 epoch in 20.0 s");
    history.best_epoch = 9;  // a callback may set any number
    CHECK(fit_summary(history)[0] ==
          "done: 4 epochs in 20.0 s  best epoch 2: val_loss 0.2500  val_accuracy 0.5000");
    history.epochs[0].validation.reset();
    history.best_epoch = 1;
    CHECK(fit_summary(history)[0] == "done: 4 epochs in 20.0 s");
}

TEST_CASE("pruned features and copies of all epochs are counted separately") {
    History history = summarized({0.5, 0.25});
    history.epochs[0].quarantined = 3;
    history.epochs[1].quarantined = 1;
    history.epochs[1].copies_lost = 1;
    CHECK(fit_summary(history, 128).at(1) ==
          "pruned: 3 features of 128, 1 copy of the head, because their rates were too large");
    history.epochs[0].quarantined = 0;
    CHECK(fit_summary(history, 128).at(1) ==
          "pruned: 1 copy of the head, because their rates were too large");
}

TEST_CASE("the copies with the largest weights come first, with the weights of the restored model") {
    History history = summarized({0.5, 0.25});
    history.copy_rates = {1e-3, 1e-2, 0.1, 1, 10, 100};
    history.epochs[0].copy_weights = {1, 0, 0, 0, 0, 0};
    history.epochs[1].copy_weights = {0.02, 0.3, 0.62, 0.03, 0.02, 0.01};
    CHECK(fit_summary(history).at(1) == "copies: 62% at rate 0.1, 30% at 0.01, 8% at 4 others");
    history.best_epoch = 1;
    CHECK(fit_summary(history).at(1) == "copies: 100% at rate 0.001");
    history.copy_rates.pop_back();  // does not fit the copies
    CHECK(fit_summary(history).size() == 1);
    history.copy_rates = {0.1, 1};
    history.epochs[0].copy_weights = {0.5, 0.5};
    CHECK(fit_summary(history).at(1) == "copies: 50% at rate 0.1, 50% at 1");
}

}  // namespace train_callbacks_fit_summary_test
