#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/train/callbacks/early_stopping.hpp>
#include <alrao/train/fit.hpp>

#include "../../tampered.hpp"
#include "../stream_nets.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace train_detail_fit_source_test {

using namespace alrao;

namespace {

using Net = toy::Averaging<float>;
using Trained = AlraoOptimizer<Net>;

bool same_bits(const Net& a, const Net& b) {
    return std::equal(a.parameter_buffer().begin(), a.parameter_buffer().end(),
                      b.parameter_buffer().begin()) &&
           a.posterior() == b.posterior();
}

Trained optimizer_of(Net& net) { return {net, LogUniform{1e-3, 10}, Seed{2}, {.clip_norm = 0.25}}; }

Net trained(const Streams& streams, std::vector<std::size_t> fits, int threads = 1) {
    Net net{Seed{1}};
    Trained optimizer = optimizer_of(net);
    for (const std::size_t epochs : fits)
        fit<OwnTiles<>>(net, optimizer, streams, {.epochs = epochs, .threads = threads});
    return net;
}

}  // namespace

TEST_CASE("a moved-from model or optimizer is refused, with and without pruned features") {
    const auto tokens = toy::pairs(3 * 50 + 1, 0.1);
    const Streams streams(tokens, {.streams = 3, .chunk = 8});
    Net net{Seed{1}};
    Trained optimizer = optimizer_of(net);
    tamper(net, optimizer, [](auto& kept) {
        kept.rates.data()[0] = 0;
        kept.pruned.push_back({});
    });
    const Trained other = std::move(optimizer);
    CHECK_THROWS_WITH_AS(fit<OwnTiles<>>(net, optimizer, streams, {.epochs = 1}),
                         doctest::Contains("this optimizer was moved from"), ArgumentError);
    Trained copy = other;
    const Net moved = std::move(net);
    CHECK_THROWS_WITH_AS(fit<OwnTiles<>>(net, copy, streams, {.epochs = 1}),
                         doctest::Contains("this model was moved from"), ArgumentError);
}

TEST_CASE(
    "there is a step for each chunk in order; the state is carried, and is 0 at the beginning of an "
    "epoch") {
    const auto tokens = toy::pairs(3 * 50 + 1, 0.1);
    const Streams streams(tokens, {.streams = 3, .chunk = 8});
    Net net{Seed{1}};
    Trained optimizer = optimizer_of(net);
    Threads threads;
    Trainer<Net, Trained, OwnTiles<>> trainer(net, optimizer, 3, threads, Seed{0}, 8);
    ChunkBuffers<float> buffers(streams);
    std::vector<double> losses;
    for (int epoch = 0; epoch < 3; ++epoch) {
        BatchLoss sums;
        trainer.state().reset();
        for (std::size_t c = 0; c < streams.chunks(); ++c)
            sums += trainer.train_step(buffers.gather(streams, c)).loss;
        losses.push_back(sums.mean_loss());
    }
    Net fitted{Seed{1}};
    Trained same = optimizer_of(fitted);
    const History history = fit<OwnTiles<>>(fitted, same, streams, {.epochs = 3});
    CHECK(same_bits(fitted, net));
    REQUIRE(history.epochs.size() == 3);
    for (std::size_t e = 0; e < 3; ++e) {
        CHECK(history.epochs[e].training.loss == losses[e]);
        CHECK(history.epochs[e].training.samples == streams.size());
        CHECK(history.epochs[e].steps == (e + 1) * streams.chunks());
    }
}

TEST_CASE("consecutive fits give the same bits on any number of threads") {
    const auto tokens = toy::pairs(500, 0.1);
    const Streams streams(tokens, {.streams = 4, .chunk = 20});
    const Net five = trained(streams, {5});
    CHECK(same_bits(five, trained(streams, {2, 3})));
    CHECK(same_bits(five, trained(streams, {5}, 2)));
}

TEST_CASE("a task that requires memory is learned, with copies and with one rate") {
    const auto tokens = toy::pairs(2000), held_out = toy::pairs(400);
    const Streams streams(tokens, {.streams = 5, .chunk = 20}),
        validation(held_out, {.streams = 2, .chunk = 30});
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 10}, Seed{2}, {.clip_norm = 1}};
    std::size_t told = 0;
    const History history = fit(net, optimizer, streams, {.epochs = 30, .validation = &validation},
                                [&](const EpochEnd& event) { told += event.record.validation.has_value(); });
    CHECK(told == 30);
    CHECK(history.epochs.back().validation->accuracy > 0.95);
    CHECK(*history.epochs.back().validation == evaluate(net, validation));
    toy::Single<float> single{Seed{1}};
    const History plain = fit(single, Adam{.rate = 0.01}, streams, {.epochs = 30});
    CHECK(plain.epochs.back().training.accuracy > 0.95);
}

TEST_CASE("early stopping uses validation streams and restores the best weights") {
    const auto tokens = toy::pairs(600), other = toy::pairs(300, 1, Seed{5});
    const Streams streams(tokens, {.streams = 5, .chunk = 20}),
        validation(other, {.streams = 2, .chunk = 30});
    Net net{Seed{1}};
    Trained optimizer = optimizer_of(net);
    const History history = fit(net, optimizer, streams, {.epochs = 200, .validation = &validation},
                                EarlyStopping{.patience = 3});
    CHECK(history.stopped);
    REQUIRE(history.best_epoch > 0);
    CHECK(history.epochs.size() == history.best_epoch + 3);
    CHECK(evaluate(net, validation) == *history.epochs[history.best_epoch - 1].validation);
}

TEST_CASE("a fit that is stopped at any chunk and continued keeps the carried state") {
    const auto tokens = toy::pairs(3 * 50 + 1, 0.1);
    const Streams streams(tokens, {.streams = 3, .chunk = 8});  // 7 chunks, the last one of 2 steps
    const auto run = [&](Net& net, Trained& optimizer, std::size_t epochs, std::uint64_t cut) {
        return fit<OwnTiles<>>(net, optimizer, streams, {.epochs = epochs},
                               [&](const StepEnd& event) { return event.total_steps == cut; });
    };
    Net whole{Seed{1}};
    Trained straight = optimizer_of(whole);
    run(whole, straight, 2, 99);
    for (std::uint64_t cut = 1; cut < 14; ++cut) {
        CAPTURE(cut);
        Net net{Seed{1}};
        Trained optimizer = optimizer_of(net);
        const History first = run(net, optimizer, 2, cut);
        const Epoch& last = first.epochs.back();
        CHECK(last.last == std::min<std::size_t>(((cut - 1) % 7 + 1) * 8, 50) * 3);
        CHECK(last.partial() == (cut % 7 != 0));
        CHECK(last.training.samples == last.last);
        const History rest = run(net, optimizer, 2 - cut / 7, 99);
        CHECK(same_bits(net, whole));
        CHECK(rest.messages.empty() == (cut % 7 == 0));
        CHECK(rest.epochs[0].training.samples == rest.epochs[0].last - rest.epochs[0].first);
    }
}

TEST_CASE("the place in streams is counted in steps: chunks can be longer, other streams begin a new epoch") {
    const auto tokens = toy::pairs(3 * 50 + 1, 0.1);
    const Streams streams(tokens, {.streams = 3, .chunk = 8}), longer(tokens, {.streams = 3, .chunk = 20}),
        others(tokens, {.streams = 5, .chunk = 8});
    Net net{Seed{1}};
    Trained optimizer = optimizer_of(net);
    const auto once = [](const StepEnd&) { return true; };
    fit(net, optimizer, streams, {}, once);
    History history = fit(net, optimizer, longer, {}, once);
    CHECK(history.epochs[0].first == 8 * 3);
    CHECK(history.epochs[0].last == 28 * 3);
    history = fit(net, optimizer, longer);
    CHECK(history.epochs[0].last == 150);
    CHECK(optimizer.step_number() == 4);  // 8, 20, 20 and 2 steps
    fit(net, optimizer, streams, {}, once);
    history = fit(net, optimizer, others);
    CHECK(history.epochs[0].first == 0);
    CHECK(history.messages.size() == 1);
    // A rule in place of an optimizer continues there, too; the carried state is 0.
    for (int fits = 0; fits < 7; ++fits) fit(net, Sgd{.rate = 1e-3}, streams, {}, once);
    CHECK(net.place().samples == 0);
    CHECK(net.place().order.samples == 150);
}

TEST_CASE("BatchNorm cannot be trained on one token: refused before anything changes") {
    struct Norm : Model<Tokens, Embedding<toy::words, 8>, BatchNorm, SoftmaxClassifier<toy::words>> {
        using Model::Model;
    };
    const auto tokens = toy::pairs(12);
    Norm net{Seed{1}};
    const Norm before = net;
    const Streams rest(tokens, {1, 5}), even(tokens, {1, 4});  // 11 steps: 5, 5, 1 and 4, 4, 3
    CHECK_THROWS_WITH_AS(fit(net, Sgd{.rate = 0.1}, rest),
                         doctest::Contains("the last chunk of a stream of 11 steps has one token"),
                         ArgumentError);
    CHECK(std::equal(net.statistic_buffer().begin(), net.statistic_buffer().end(),
                     before.statistic_buffer().begin()));
    CHECK_NOTHROW(fit(net, Sgd{.rate = 0.1}, even));
    CHECK_NOTHROW(fit(net, Sgd{.rate = 0.1}, rest, {.epochs = 0}));
    OneRateOptimizer optimizer(net, Sgd{.rate = 0.1});
    tamper(net, optimizer, [](auto& kept) {
        kept.place = {.samples = 2, .order = {.samples = 11, .streams = 1}};  // 9 remain
    });
    CHECK_THROWS_WITH_AS(fit(net, optimizer, even), doctest::Contains("leave_epoch"), ArgumentError);
}

TEST_CASE("tokens are checked before anything changes") {
    auto tokens = toy::pairs(100), held_out = toy::pairs(100);
    const Streams streams(tokens, {2, 5}), validation(held_out, {2, 5});
    Net net{Seed{1}};
    const Net before = net;
    Trained optimizer = optimizer_of(net);
    held_out[99] = 7;
    CHECK_THROWS_WITH_AS(fit(net, optimizer, streams, {.validation = &validation}),
                         doctest::Contains("fit: validation: token 99 is 7"), ArgumentError);
    tokens[3] = 5;
    CHECK_THROWS_WITH_AS(fit(net, optimizer, streams), doctest::Contains("fit: token 3 is 5"), ArgumentError);
    CHECK(same_bits(net, before));
    CHECK(optimizer.step_number() == 0);
}

}  // namespace train_detail_fit_source_test
