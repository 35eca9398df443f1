#include <alrao/train/detail/fit_loop.hpp>

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/train/callbacks/timer_stop.hpp>
#include <alrao/train/fit.hpp>

#include "../../error_of.hpp"
#include "../../tampered.hpp"
#include "../resumed.hpp"
#include "../toy.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace train_detail_fit_loop_test {

using namespace alrao;

namespace {

/// Records the calls of its members.
struct Diary {
    std::string text;
    std::size_t first = 0, behind = 0;
    std::size_t seen() const { return behind; }
    void require_whole_epoch() const {}
    std::size_t samples() const { return 7; }
    SampleOrder order() const { return {.samples = 7}; }
    std::size_t steps_behind(std::size_t seen) const { return (7 - seen + 3) / 4; }
    void require_behind(std::size_t) const {}
    static constexpr bool takes_statistics() { return true; }
    std::size_t values() const { return 1; }
    void use_average(std::uint64_t) {}
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
    void start_epoch(std::uint64_t epoch, std::size_t seen) {
        first = behind = seen;
        text += " " + std::to_string(epoch) + ":";
    }
    StepReport step(std::size_t b) {
        behind = std::min<std::size_t>(first + 4 * (b + 1), 7);
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

TEST_CASE("a fit checks the data, begins, and takes steps and validates, epoch by epoch") {
    Diary diary;
    const History history = run(diary, 2);
    CHECK(diary.text == "look begin 0:01v 1:01v");
    REQUIRE(history.messages.size() == 3);
    CHECK(history.messages[0] == "looked");
    CHECK(history.messages[1] == "step 0: 1 copy of the head retired, 5 remain");
    REQUIRE(history.epochs.size() == 2);
    CHECK(history.epochs[1].training.loss == 1);
    CHECK(history.epochs[1].training.accuracy == 0.5);
    CHECK(history.epochs[1].training.samples == 4);
    CHECK(history.epochs[1].quarantined == 6);
    CHECK(history.epochs[1].overall == 2);
    CHECK(history.epochs[1].last == 7);
    CHECK_FALSE(history.epochs[1].partial());
    CHECK(history.epochs[1].validation->loss == 0.5);
    CHECK(history.copy_rates.size() == 5);
    CHECK(!history.stopped);
}

TEST_CASE("without epochs, the data are checked only") {
    Diary diary;
    CHECK(run(diary, 0).epochs.empty());
    CHECK(diary.text == "look ");
}

TEST_CASE("a callback ends the fit between two steps; the epoch is still validated") {
    Diary diary;
    const History history = run(diary, 5, [](const StepEnd& event) { return event.epoch == 2; });
    CHECK(history.stopped);
    CHECK(diary.text == "look begin 0:01v 1:0v");
}

// ---- fits that were stopped within an epoch --------------------------------------------------------

TEST_CASE("three fits that are stopped after three steps of eight samples use 72 different samples") {
    toy::Counted run(80);
    const auto third = [](const StepEnd& event) { return event.step == 3; };
    for (std::size_t fits = 1; fits <= 3; ++fits) {
        run.go(run.optimizer, {.batch_size = 8, .seed = Seed{3}}, third);
        CHECK(run.seen.size() == 24 * fits);
        CHECK(run.most() == 1);
        CHECK(run.history.stopped);
        REQUIRE(run.history.epochs.size() == 1);
        const Epoch& epoch = run.history.epochs[0];
        CHECK(epoch.first == 24 * (fits - 1));
        CHECK(epoch.last == 24 * fits);
        CHECK(epoch.of == 80);
        CHECK(epoch.partial());
        CHECK(epoch.training.samples == 24);
        CHECK(epoch.overall == 1);
        CHECK(toy::notes(run.history, "continues within an epoch") == (fits > 1));
    }
    // The rest of the epoch is one step; a whole epoch follows.
    run.go(run.optimizer, {.epochs = 2, .batch_size = 8, .seed = Seed{3}},
           [](const StepEnd& event) { CHECK(event.steps == (event.epoch == 1 ? 1 : 10)); });
    CHECK(run.seen.size() == 80);
    CHECK(run.most() == 2);
    CHECK(run.optimizer.place() == DataPlace{.epoch = 2, .order = run.net.place().order});
    CHECK_FALSE(run.history.epochs[1].partial());
    CHECK(run.history.epochs[1].overall == 2);
}

TEST_CASE("the place is counted in samples: batches of another size continue there") {
    toy::Counted run(50);
    const auto second = [](const StepEnd& event) { return event.step == 2; };
    std::size_t seen = 0;
    for (const std::size_t batch : {8U, 5U, 1U, 7U}) {
        run.go(run.optimizer, {.batch_size = batch}, second);
        seen += 2 * batch;
        CHECK(run.seen.size() == seen);
    }
    run.go(run.optimizer, {.batch_size = 1000});
    CHECK(run.seen.size() == 50);
    CHECK(run.most() == 1);
    CHECK(run.optimizer.step_number() == 9);
}

TEST_CASE("a fit can be stopped by a time, an exception or a divergence") {
    toy::Counted timed(40);
    timed.go(timed.optimizer, {.batch_size = 8}, TimerStop{0});
    timed.go(timed.optimizer, {.batch_size = 8}, TimerStop{0});
    CHECK(timed.seen.size() == 16);
    toy::Counted thrown(40);
    const auto thrower = [](const StepEnd& event) {
        if (event.step == 2) throw std::runtime_error("mine");
    };
    thrown.go(thrown.optimizer, {.batch_size = 8}, thrower);
    CHECK(thrown.seen.size() == 16);
    thrown.go(thrown.optimizer, {.batch_size = 8}, thrower);
    CHECK(thrown.seen.size() == 32);
    thrown.go(thrown.optimizer, {.batch_size = 8});
    CHECK(thrown.seen.size() == 40);
    CHECK(thrown.most() == 1);
    // The batch that diverged was not used for training and is repeated.
    toy::Counted diverged(40);
    const auto poison = [&](const StepEnd& event) {
        if (event.step == 2) diverged.net.parameter_buffer()[0] = std::numeric_limits<float>::quiet_NaN();
    };
    diverged.go(diverged.optimizer, {.batch_size = 8}, poison);
    CHECK(diverged.optimizer.place().samples == 16);
    diverged.net.parameter_buffer()[0] = 0;
    diverged.go(diverged.optimizer, {.batch_size = 8});
    CHECK(diverged.seen.size() == 40);
    CHECK(diverged.most() == 1);
}

TEST_CASE("a fit that is stopped at any step and continued gives the same bits") {
    const toy::Quadrants data(50, Seed{1});
    toy::Resumed whole;
    whole.go(data, {.epochs = 3, .batch_size = 8});
    for (std::uint64_t cut = 1; cut < 21; ++cut) {
        CAPTURE(cut);
        toy::Resumed parts;
        parts.go(data, {.epochs = 3, .batch_size = 8},
                 [&](const StepEnd& event) { return event.total_steps == cut; });
        toy::Resumed second;  // gets the model and the state of the optimizer
        second.net = parts.net;
        second.optimizer.restore(second.net, parts.optimizer.snapshot());
        for (toy::Resumed* run : {&parts, &second}) {
            run->go(data, {.epochs = 3 - cut / 7, .batch_size = 8, .threads = 2});
            CHECK(run->same(whole));
        }
    }
}

TEST_CASE("with other data or another order a new epoch begins, and it is noted") {
    toy::Counted run(40);
    const auto second = [](const StepEnd& event) { return event.step == 2; };
    run.go(run.optimizer, {.batch_size = 8}, second);
    for (const FitOptions<float>& other :
         {FitOptions<float>{.batch_size = 8, .seed = Seed{7}}, {.batch_size = 8, .shuffle = false}}) {
        run.seen.clear();
        run.go(run.optimizer, other, second);
        CHECK(run.history.epochs[0].first == 0);
        CHECK(toy::notes(run.history, "begins a new epoch"));
    }
    run.inputs.push_back(5);
    run.labels.push_back(0);
    run.go(run.optimizer, {.batch_size = 8, .shuffle = false});
    CHECK(run.history.epochs[0].first == 0);
    CHECK(run.history.epochs[0].overall == 4);
    CHECK(toy::notes(run.history, "begins a new epoch"));
    run.go(run.optimizer, {.batch_size = 8});  // the epoch is complete: nothing remains
    CHECK(run.history.epochs[0].overall == 5);
    CHECK(run.history.messages.empty());
    run.go(run.optimizer, {.batch_size = 8}, second);
    run.optimizer.leave_epoch();
    run.go(run.optimizer, {.batch_size = 8});
    CHECK(run.history.epochs[0].overall == 7);
    CHECK(run.history.messages.empty());
}

TEST_CASE("a rule in place of an optimizer: the order continues, and a note lists the state that is lost") {
    toy::Counted run(32);
    std::vector<std::vector<float>> orders;
    for (std::size_t fits = 0; fits < 3; ++fits) {
        orders.push_back(run.go(Adam{}, {.seed = Seed{3}}));
        CHECK(toy::notes(run.history, "use one optimizer for all fits") == (fits > 0));
        CHECK(run.history.epochs[0].overall == fits + 1);
    }
    CHECK(orders[0] != orders[1]);
    CHECK(orders[1] != orders[2]);
    CHECK(orders[0] != orders[2]);
    // A new optimizer behaves in the same way; the orders are those of one optimizer.
    toy::Counted named(32), one(32);
    std::vector<float> in_a_row = one.go(one.optimizer, {.epochs = 3, .seed = Seed{3}}), in_fits;
    for (std::size_t fits = 0; fits < 3; ++fits) {
        OneRateOptimizer fresh(named.net, Adam{});
        const std::vector<float> order = named.go(fresh, {.seed = Seed{3}});
        CHECK(order == orders[fits]);
        in_fits.insert(in_fits.end(), order.begin(), order.end());
    }
    CHECK(in_fits == in_a_row);
    in_a_row = one.go(one.optimizer, {.batch_size = 16, .seed = Seed{3}});
    CHECK(named.go(Adam{}, {.batch_size = 16, .seed = Seed{3}}) == in_a_row);
    // After a stop, it continues at the same place.
    toy::Counted cut(32);
    for (std::size_t fits = 0; fits < 4; ++fits)
        cut.go(Sgd{.rate = 1e-3}, {.batch_size = 8}, [](const StepEnd&) { return true; });
    CHECK(cut.seen.size() == 32);
    CHECK(cut.most() == 1);
}

TEST_CASE("a new optimizer does not repeat the random numbers of layers") {
    const toy::Quadrants data(40, Seed{1});
    struct Net : Model<Input<2>, Dropout<>, SoftmaxClassifier<2>> {
        using Model::Model;
    };
    const auto first_loss = [&](Net& net) {
        double loss = 0;
        // A rate too small to change a result.
        fit(net, Sgd{.rate = 1e-30}, data.view(), {.batch_size = 40, .shuffle = false},
            [&](const StepEnd& event) { loss = event.batch.loss; });
        return loss;
    };
    Net net{Seed{1}}, again{Seed{1}};
    const double first = first_loss(net), second = first_loss(net);
    CHECK(first != second);
    CHECK(first == first_loss(again));
    CHECK(second == first_loss(again));
}

TEST_CASE("steps of a user's loop count as epochs") {
    toy::Counted run(32);
    tamper(run.net, run.optimizer,
           [](auto& kept) { kept.steps = 9; });  // as after a loop, or a load without a place
    CHECK(run.go(run.optimizer, {.batch_size = 8}).size() == 32);
    CHECK(run.history.epochs[0].overall == 3);
    CHECK(run.history.epochs[0].first == 0);
    CHECK(run.history.messages.empty());
}

TEST_CASE("the rest of an epoch must not have a batch of one sample for BatchNorm") {
    const toy::Quadrants data(50, Seed{1});
    toy::Resumed run;
    run.go(data, {.batch_size = 9}, [](const StepEnd&) { return true; });
    const auto before = run.numbers();
    // 41 samples remain.
    CHECK(error_of([&] { run.go(data, {.batch_size = 8}); }).find("such as 9, or") != std::string::npos);
    CHECK(run.numbers() == before);
    run.go(data, {.batch_size = 9});
    CHECK(run.optimizer.step_number() == 6);
    tamper(run.net, run.optimizer, [](auto& kept) { kept.place.samples = 49; });
    CHECK(error_of([&] { run.go(data, {.batch_size = 8}); }).find("leave_epoch") != std::string::npos);
    run.optimizer.leave_epoch();
    run.go(data, {.batch_size = 8});
    CHECK(run.optimizer.step_number() == 13);
}

TEST_CASE("a schedule that ends within the fit is noted") {
    toy::Counted run(32);
    run.optimizer.set_schedule(schedule::Linear{.steps = 3});
    run.go(run.optimizer, {.batch_size = 8});
    CHECK(toy::notes(run.history, "ends before the end of this fit"));
    run.go(run.optimizer, {.batch_size = 8});
    CHECK(toy::notes(run.history, "schedule has ended"));
}

TEST_CASE("callbacks get `preparing` and the number of steps") {
    Diary diary;
    std::string heard;
    struct Listener {
        std::string* heard;
        void preparing(const Preparing& event) { *heard += std::string(event.what) + "; "; }
        void fit_begin(const FitBegin& event) {
            *heard += std::to_string(event.fit_steps) + " of " + std::to_string(event.steps) + "; ";
        }
    };
    run(diary, 2, Listener{&heard});
    CHECK(heard == "looking at the data; 4 of 2; taking the statistics of the data; ");
    toy::Counted cut(32);
    std::vector<std::uint64_t> steps;
    struct Begins {
        std::vector<std::uint64_t>* steps;
        void fit_begin(const FitBegin& event) {
            steps->insert(steps->end(), {event.fit_steps, event.steps, event.steps_before});
        }
    };
    cut.go(cut.optimizer, {.batch_size = 8}, [](const StepEnd&) { return true; });
    cut.go(cut.optimizer, {.epochs = 2, .batch_size = 8}, Begins{&steps});
    CHECK(steps == std::vector<std::uint64_t>{7, 4, 1});
}

}  // namespace train_detail_fit_loop_test
