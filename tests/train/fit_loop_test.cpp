#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/train/fit_loop.hpp>

#include "toy.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace alrao;

namespace {

/// Writes down what it is asked for.
struct Diary {
    std::string text;
    std::size_t samples() const { return 7; }
    std::size_t steps() const { return 2; }
    std::size_t values() const { return 1; }
    bool validates() const { return true; }
    Evaluation validate() {
        text += "v";
        return {.loss = 0.5};
    }
    void look(History& history) {
        text += "look ";
        history.messages.push_back("looked");
    }
    void begin() { text += "begin"; }
    void start_epoch(std::uint64_t epoch) { text += " " + std::to_string(epoch) + ":"; }
    StepReport step(std::size_t b, std::uint64_t) {
        text += std::to_string(b);
        return {.loss = {.loss = 2, .weight = 2, .correct = 1, .samples = 2},
                .quarantined = 3,
                .copies_retired = b};
    }
};

template <class... C>
History run(Diary& diary, std::size_t epochs, C... callbacks) {
    toy::Averaged net{Seed{1}};
    AlraoOptimizer<toy::Averaged> optimizer{net, LogUniform{1e-3, 1}, Seed{2}};
    auto attached = attach_callbacks(net, callbacks...);
    return alrao::detail::FitLoop<toy::Averaged, decltype(optimizer), Diary, decltype(attached)>(
               net, optimizer, epochs, diary, attached)
        .run();
}

}  // namespace

TEST_CASE("a fit looks, begins, and goes through steps and validation, epoch by epoch") {
    Diary diary;
    const History history = run(diary, 2);
    CHECK(diary.text == "look begin 0:01v 1:01v");
    REQUIRE(history.messages.size() == 3);
    CHECK(history.messages[0] == "looked");
    CHECK(history.messages[1] ==
          "after step 0 1 copy of the head retired; 5 are computed from now on");
    REQUIRE(history.epochs.size() == 2);
    CHECK(history.epochs[1].training.loss == 1);
    CHECK(history.epochs[1].training.accuracy == 0.5);
    CHECK(history.epochs[1].training.samples == 4);
    CHECK(history.epochs[1].quarantined == 6);
    CHECK(history.epochs[1].validation->loss == 0.5);
    CHECK(history.copy_rates.size() == 5);
    CHECK(!history.stopped);
}

TEST_CASE("no epochs: it is looked at, and nothing else") {
    Diary diary;
    CHECK(run(diary, 0).epochs.empty());
    CHECK(diary.text == "look ");
}

TEST_CASE("a callback ends it between two steps; the epoch is validated all the same") {
    Diary diary;
    const History history = run(diary, 5, [](const StepEnd& event) { return event.epoch == 2; });
    CHECK(history.stopped);
    CHECK(diary.text == "look begin 0:01v 1:0v");
}
