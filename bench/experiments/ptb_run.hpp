#pragma once

// One run of one network of ptb, and text that a trained network generates.

#include "ptb_nets.hpp"
#include "run_network.hpp"

#include <alrao/alrao.hpp>
#include <alrao/data/vocabulary_file.hpp>
#include <alrao/io/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace experiments {

/// The paper's network: dropout after the embedding and after each LSTM layer.
template <std::size_t Words, class Head>
struct TextNet : Model<Tokens, Embedding<Words, 100>, Dropout<Percent<20>>, LSTM<100>, Dropout<Percent<20>>,
                       LSTM<100>, Dropout<Percent<20>>, Head> {
    using TextNet::Model::Model;
};

inline std::filesystem::path vocabulary_path(std::filesystem::path model) {
    return model.replace_extension(".vocabulary");
}

/// Generates tokens one after the other: each is drawn from the probabilities that the model predicts. The first input
/// is the end of a line, so the text begins with a new line.
template <class Net>
std::vector<std::int32_t> sample(const Net& net, const data::Vocabulary& vocabulary, std::size_t count,
                                 Seed seed) {
    Threads threads;
    Workspace<Net> workspace(1, threads);
    Philox random(seed, 0);
    std::int32_t token = vocabulary.find("\n").value_or(vocabulary.find(data::end_of_line_token).value_or(0));
    std::vector<std::int32_t> text;
    while (text.size() < count) {
        const float input = static_cast<float>(token);
        const Block<const float> next = workspace.run(net, &input, 1);
        // Classes beyond the vocabulary never occur in training. They are left out, and the probabilities of the
        // other classes are scaled to sum to 1.
        const std::span<const float> p(next.row(0), vocabulary.size());
        double sum = 0;
        for (const float probability : p) sum += static_cast<double>(probability);
        double left = random.uniform() * sum;
        token = 0;
        while (static_cast<std::size_t>(token) + 1 < p.size() &&
               (left -= static_cast<double>(p[static_cast<std::size_t>(token)])) > 0)
            ++token;
        text.push_back(token);
    }
    return text;
}

template <class Net, class Optimizer>
Result run_text(const TextSettings& settings, const TextStreams& texts, std::uint64_t seed, Net& net,
                Optimizer& optimizer) {
    if (!settings.load.empty()) load(net, settings.load);
    Result result{.name = settings.name(), .seed = seed};
    if (texts.train) {
        result = run_once(
            settings, seed, net,
            [&](auto&&... callbacks) {
                return fit(net, optimizer, *texts.train,
                           {.epochs = settings.epochs,
                            .validation = &*texts.validation,
                            .seed = Seed{seed},
                            .threads = settings.threads},
                           callbacks...);
            },
            [&] { return evaluate(net, *texts.test, {.threads = settings.threads}); });
        if (!settings.save.empty()) data::save(texts.vocabulary, vocabulary_path(save_path(settings, seed)));
    }
    if (settings.sample > 0)
        std::printf(
            "%s\n",
            texts.vocabulary.text(sample(net, texts.vocabulary, settings.sample, Seed{seed})).c_str());
    return result;
}

/// Alrao trains six copies of the head, as in the paper; the other optimizers one.
template <std::size_t Words>
Result run_text_network(const TextSettings& settings, const TextStreams& texts, std::uint64_t seed) {
    using Classes = SoftmaxClassifier<Words>;
    using Averaged = TextNet<Words, AveragedHead<Classes, 6>>;
    using Single = TextNet<Words, Classes>;
    const OptimizerOptions options{.schedule = schedule_of(settings), .clip_norm = settings.clip};
    if (settings.averaged()) {
        Averaged net{Seed{seed}};
        const LogUniform interval{settings.interval.first, settings.interval.second};
        AlraoOptimizer<Averaged> optimizer{net, interval, Seed{seed},
                                           rule::Sgd{.momentum = settings.momentum}, options};
        return run_text(settings, texts, seed, net, optimizer);
    }
    Single net{Seed{seed}};
    if (settings.adam()) {
        OneRateOptimizer optimizer{net, Adam{.rate = settings.one_rate()}, options};
        return run_text(settings, texts, seed, net, optimizer);
    }
    OneRateOptimizer optimizer{net, Sgd{.rate = settings.one_rate(), .momentum = settings.momentum}, options};
    return run_text(settings, texts, seed, net, optimizer);
}

template <std::size_t Words>
constexpr TextNetwork text_network{Words,
                                   TextNet<Words, AveragedHead<SoftmaxClassifier<Words>, 6>>::parameter_count,
                                   &run_text_network<Words>};

}  // namespace experiments
