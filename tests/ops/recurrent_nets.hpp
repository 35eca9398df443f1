#pragma once

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/model/model.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/embedding.hpp>
#include <alrao/ops/gru.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/train/trainer.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

/// A network over words with two recurrent layers and Dropout between them.
template <class First, class Second>
struct Stacked
    : alrao::Model<alrao::Tokens, alrao::Embedding<9, 6>, First, alrao::Dropout<alrao::Percent<20>>, Second,
                   alrao::AveragedHead<alrao::SoftmaxClassifier<9>, 3>> {
    using alrao::Model<alrao::Tokens, alrao::Embedding<9, 6>, First, alrao::Dropout<alrao::Percent<20>>,
                       Second, alrao::AveragedHead<alrao::SoftmaxClassifier<9>, 3>>::Model;
};

/// Streams of words, each of which follows from the previous one by a rule; the label is the next word.
class Text {
public:
    Text(std::size_t streams, std::size_t steps) : streams_(streams), steps_(steps) {}

    alrao::Batch<float> chunk(std::size_t number) {
        tokens_.clear();
        labels_.clear();
        for (std::size_t t = number * steps_; t < (number + 1) * steps_; ++t)
            for (std::size_t b = 0; b < streams_; ++b) {
                tokens_.push_back(static_cast<float>(word(t, b)));
                labels_.push_back(static_cast<std::int32_t>(word(t + 1, b)));
            }
        return {.inputs = tokens_.data(),
                .truth = {.labels = labels_.data()},
                .samples = streams_,
                .time_steps = steps_};
    }

private:
    static std::size_t word(std::size_t t, std::size_t b) { return (t * (t + 1) / 2 + 3 * b) % 9; }

    std::size_t streams_, steps_;
    std::vector<float> tokens_;
    std::vector<std::int32_t> labels_;
};

template <class Net>
void chunks_are_one_pass() {
    using namespace alrao;
    const Net net{Seed{1}};
    const std::size_t streams = 3, steps = 24;
    Text text(streams, steps);
    const Batch<float> all = text.chunk(1);
    for (const int count : {1, 2}) {
        Threads threads(count);
        Workspace<Net, OwnTiles<>> whole(streams, threads, steps), parts(streams, threads, 10);
        const Block<const float> y = whole.run(net, all.inputs, streams, steps);
        const std::vector<float> wanted(y.data, y.data + y.rows * y.channels);
        whole.state().reset();
        const BatchLoss loss = whole.evaluate(net, all);
        CHECK(loss.samples == streams * steps);
        std::vector<float> got;
        std::size_t from = 0;
        for (const std::size_t length : {1U, 10U, 2U, 7U, 4U}) {
            const Block<const float> z = parts.run(net, all.inputs + from * streams, streams, length);
            got.insert(got.end(), z.data, z.data + z.rows * z.channels);
            from += length;
        }
        CHECK(got == wanted);
        CHECK(std::equal(whole.state().numbers().begin(), whole.state().numbers().end(),
                         parts.state().numbers().begin()));
        parts.state().reset();
        BatchLoss sum;
        std::size_t at = 0;
        for (const std::size_t length : {9U, 5U, 10U}) {
            sum += parts.evaluate(net, {.inputs = all.inputs + at * streams,
                                        .truth = {.labels = all.truth.labels + at * streams},
                                        .samples = streams,
                                        .time_steps = length});
            at += length;
        }
        CHECK(sum.mean_loss() == doctest::Approx(loss.mean_loss()).epsilon(1e-12));
        CHECK(sum.correct == loss.correct);
    }
}

/// Runs chunks of lengths from 1 to the largest on two threads, for sanitizers.
template <class Net>
void a_thousand_chunks() {
    using namespace alrao;
    Threads threads(2);
    Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-2, 1}, Seed{2}, {.clip_norm = 0.25}};
    Trainer trainer(net, optimizer, 2, threads, Seed{3}, 5);
    double early = 0, late = 0;
    for (std::size_t number = 0; number < 1000; ++number) {
        const std::size_t steps = 1 + number % 5;
        Text text(2, steps);
        const StepReport report = trainer.train_step(text.chunk(number));
        REQUIRE(is_finite(report.loss.loss));
        (number < 100 ? early : late) += number < 100 || number >= 900 ? report.loss.mean_loss() : 0;
        if (number == 500) trainer.state().reset();
    }
    CHECK(late < early);
    for (const float x : trainer.state().numbers()) CHECK(is_finite(x));
    CHECK(optimizer.step_number() == 1000);
}
