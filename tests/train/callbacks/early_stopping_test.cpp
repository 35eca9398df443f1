#include <alrao/train/callbacks/early_stopping.hpp>

#include "../toy.hpp"

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/train/fit.hpp>
#include <alrao/train/split.hpp>

#include "../../error_of.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace train_callbacks_early_stopping_test {

using namespace alrao;

namespace {

/// Sends epochs with these validation losses. The first parameter of the model contains the number of the epoch.
struct Played {
    History history{};
    std::size_t stopped_after = 0;
    float restored = 0;
};

Played play(const EarlyStopping& options, std::vector<double> losses) {
    Played played;
    toy::Plain net{Seed{1}};
    auto run = options.attach(net);
    run.fit_begin({.has_validation = true, .history = played.history});
    for (std::size_t e = 1; e <= losses.size() && played.stopped_after == 0; ++e) {
        net.parameter_buffer()[0] = static_cast<float>(e);
        Epoch epoch{.number = e};
        epoch.validation = Evaluation{.loss = losses[e - 1], .accuracy = 1 - losses[e - 1]};
        played.history.epochs.push_back(epoch);
        if (run.epoch_end({.record = epoch, .posterior = net.posterior(), .history = played.history}))
            played.stopped_after = e;
    }
    run.fit_end({played.history});
    played.restored = net.parameter_buffer()[0];
    return played;
}

}  // namespace

TEST_CASE("the fit stops after `patience` epochs, and the best epoch is restored") {
    const Played played = play({.patience = 3}, {0.9, 0.5, 0.6, 0.55, 0.51, 0.1});
    CHECK(played.stopped_after == 5);
    CHECK(played.restored == 2);
    CHECK(played.history.best_epoch == 2);
    CHECK(played.history.messages ==
          std::vector<std::string>{"stopped after epoch 5: val_loss is best in epoch 2"});
}

TEST_CASE("patience has the meaning of Keras") {
    const std::vector<double> worse{0.5, 0.6, 0.7, 0.8, 0.9};
    CHECK(play({.patience = 0}, worse).stopped_after == 2);
    CHECK(play({.patience = 1}, worse).stopped_after == 2);
    CHECK(play({.patience = 2}, worse).stopped_after == 3);
    CHECK(play({.patience = 4}, worse).stopped_after == 5);
    CHECK(play({.patience = 5}, worse).stopped_after == 0);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Played never = play({}, {nan, nan, 0.1});
    CHECK(never.stopped_after == 2);  // never after the first epoch of all
    CHECK(never.history.messages[0] == "stopped after epoch 2: val_loss was not finite in any epoch");
}

TEST_CASE("an improvement that does not reach the baseline does not reset patience, but can be restored") {
    const std::vector<double> better{0.9, 0.8, 0.7, 0.75, 0.1};
    const Played played = play({.patience = 3, .baseline = 0.5}, better);
    CHECK(played.stopped_after == 4);
    CHECK(played.restored == 3);
    CHECK(play({.patience = 3, .baseline = 0.75}, better).stopped_after == 0);
    CHECK(play({.min_delta = 0.09, .patience = 3, .baseline = 0.75}, better).stopped_after == 4);
    // Accuracies are 1 minus these values.
    CHECK(play({.monitor = "val_accuracy", .patience = 3, .baseline = 0.5}, better).stopped_after == 4);
    CHECK(play({.monitor = "val_accuracy", .patience = 3, .baseline = 0.25}, better).stopped_after == 0);
}

TEST_CASE("patience is reset by each improvement of more than min_delta") {
    CHECK(play({.patience = 2}, {0.9, 0.95, 0.8, 0.85, 0.7}).stopped_after == 0);
    const Played strict = play({.min_delta = 0.2, .patience = 2}, {0.9, 0.8, 0.75, 0.1});
    CHECK(strict.stopped_after == 3);
    CHECK(strict.restored == 1);
}

TEST_CASE("the best weights are also restored after the last epoch, unless disabled") {
    CHECK(play({.patience = 9}, {0.5, 0.4, 0.6}).restored == 2);
    const Played last = play({.patience = 9, .restore_best_weights = false}, {0.5, 0.4, 0.6});
    CHECK(last.restored == 3);
    CHECK(last.history.best_epoch == 0);
}

TEST_CASE("callbacks before it know in fit_end which epoch is restored") {
    toy::Plain net{Seed{1}};
    struct Last {
        std::size_t best = 0;
        void fit_end(const FitEnd& event) { best = event.history.best_epoch; }
    } last;
    const toy::Quadrants quadrants(40, Seed{1});
    const Dataset<float> held_out = quadrants.view();
    const History history = fit(net, Adam{}, quadrants.view(), {.epochs = 3, .validation = &held_out}, last,
                                EarlyStopping{.patience = 9});
    CHECK(last.best == history.best_epoch);
    CHECK(last.best > 0);
}

TEST_CASE("accuracy improves upwards, unless the mode says otherwise") {
    const std::vector<double> losses{0.5, 0.4, 0.6};
    CHECK(play({.monitor = "val_accuracy", .patience = 5}, losses).restored == 2);
    CHECK(play({.monitor = "val_accuracy", .patience = 5, .mode = Improves::downwards}, losses).restored ==
          3);
}

TEST_CASE("epochs before start_from_epoch do not count; a loss that is not finite is no improvement") {
    CHECK(play({.patience = 5, .start_from_epoch = 2}, {0.1, 0.1, 0.5, 0.4}).restored == 4);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Played played = play({.patience = 2}, {0.5, nan, nan, 0.1});
    CHECK(played.stopped_after == 3);
    CHECK(played.restored == 1);
}

TEST_CASE("in a fit: the restored model is that of the best epoch, including the posterior") {
    const toy::Quadrants quadrants(120, Seed{1});
    const auto parts = split(quadrants.view(), 0.5, Seed{1});
    toy::Averaged net{Seed{1}};
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-4, 10}, Seed{2}};
    const History history =
        fit(net, optimizer, parts.train, {.epochs = 60, .batch_size = 8, .validation = &parts.validation},
            EarlyStopping{.patience = 3});
    REQUIRE(history.best_epoch > 0);
    double best = history.epochs[0].validation->loss;
    for (const Epoch& epoch : history.epochs) best = std::min(best, epoch.validation->loss);
    CHECK(history.epochs[history.best_epoch - 1].validation->loss == best);
    CHECK(evaluate(net, parts.validation).loss == best);
    CHECK(net.posterior().weights() == history.epochs[history.best_epoch - 1].copy_weights);
    CHECK(history.stopped == (history.epochs.size() < 60));
    fit(net, optimizer, parts.train, {.epochs = 1});  // training continues from there
}

TEST_CASE(
    "a restored model has the bits of the best epoch; features pruned later stay pruned in the next fit") {
    const toy::Quadrants quadrants(120, Seed{1});
    const auto parts = split(quadrants.view(), 0.5, Seed{1});
    toy::Averaged net{Seed{1}};
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-4, 10}, Seed{2}};
    const FitOptions<float> options{.epochs = 8, .batch_size = 8, .validation = &parts.validation};
    // The first epoch is the best. Then feature 3 and copy 4 diverge and are pruned.
    const auto& bias = toy::Averaged::parameters[1];
    const auto& head = toy::Averaged::parameters[3];
    std::vector<float> best;
    const auto poison = [&](const EpochEnd& epoch) {
        if (epoch.record.number != 1) return;
        best.assign(net.parameter_buffer().begin(), net.parameter_buffer().end());
        net.parameter_buffer()[bias.offset + 3] = std::numeric_limits<float>::infinity();
        net.parameter_buffer()[head.offset + 4 * head.inner] = std::numeric_limits<float>::infinity();
    };
    fit(net, optimizer, parts.train, options,
        EarlyStopping{.monitor = "val_loss", .min_delta = 1e6, .patience = 3}, poison);
    REQUIRE(optimizer.pruned().size() == 2);
    CHECK(std::equal(best.begin(), best.end(), net.parameter_buffer().begin()));
    REQUIRE(best[bias.offset + 3] != 0);
    REQUIRE(best[head.offset + 4 * head.inner] != 0);
    // If the feature were not pruned, it would exceed its limit again.
    net.parameter_buffer()[bias.offset + 3] = 1e6F;
    fit(net, optimizer, parts.train, {.epochs = 1});
    CHECK(optimizer.pruned().size() == 2);
    CHECK(net.parameter_buffer()[bias.offset + 3] == 0);
    CHECK(net.parameter_buffer()[head.offset + 4 * head.inner] == 0);
    CHECK(net.posterior().weight(4) == 0);
}

TEST_CASE("values on training data do not show when to stop") {
    const toy::Quadrants quadrants(20, Seed{1});
    toy::Plain net{Seed{1}};
    CHECK(error_of([&] {
              fit(net, Sgd{.rate = 0.1}, quadrants.view(), {}, EarlyStopping{});
          }).find("needs validation data") != std::string::npos);
    const Dataset<float> data = quadrants.view();
    for (const char* wrong : {"loss", "accuracy", "val_rmse", ""})
        CHECK(error_of([&] {
                  fit(net, Sgd{.rate = 0.1}, data, {.validation = &data}, EarlyStopping{.monitor = wrong});
              }).find("val_accuracy") != std::string::npos);
}

}  // namespace train_callbacks_early_stopping_test
