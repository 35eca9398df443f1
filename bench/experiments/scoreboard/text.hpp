#pragma once

// Next-token prediction on the Penn Treebank.

#include "run.hpp"

#include <alrao/data/penn_treebank.hpp>
#include <alrao/data/text.hpp>

#include <algorithm>
#include <cstddef>

namespace scoreboard {

struct TextProblem {
    data::TextUnit units;
    std::size_t streams, chunk, steps;
};

/// Trains on the first tokens of the training text; validation and test use the first 40,000 tokens of their texts.
/// With batches of 512 streams a quarter of the steps is taken.
template <template <std::size_t, bool, class> class Net, std::size_t Words>
Outcome run_text(const Run& run, TextProblem problem) {
    if (run.shift.inputs != 1) return {.exists = false};  // tokens have no scale
    if (run.shift.batch > 0) problem.streams = run.shift.batch;
    if (run.shift.batch >= 512) problem.steps /= 4;
    data::TextOptions options;
    options.rules.unit = problem.units;
    options.vocabulary = {.most = Words, .unknown = true};
    data::Texts texts = data::read_texts(data::penn_treebank_files(run.data), options);
    const auto steps = static_cast<std::size_t>(static_cast<double>(problem.steps) * run.shift.length);
    const std::size_t wanted = steps * problem.streams * problem.chunk + 1;
    const std::size_t epochs = (wanted + texts.train.size() - 1) / texts.train.size();
    texts.train.tokens.resize((wanted - 1) / epochs + 1);
    for (data::Text* text : {&texts.validation, &texts.test})
        text->tokens.resize(std::min<std::size_t>(text->tokens.size(), 40'001));
    const Streams train(texts.train.tokens, {.streams = problem.streams, .chunk = problem.chunk});
    const Streams validation(texts.validation.tokens, {.streams = 20, .chunk = 100});
    const Streams test(texts.test.tokens, {.streams = 20, .chunk = 100});
    return run_shifted<Net, SoftmaxClassifier<Words>, 2, false>(
        run, {.train = train, .validation = validation, .test = test, .epochs = epochs, .clip_norm = 1});
}

}  // namespace scoreboard
