#pragma once

#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/ops/dropout.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/train/fit.hpp>

#include "toy.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace toy {

struct Dropping : Model<Input<2>, Normalize, Dense<12>, BatchNorm, ReLU, Dropout<>,
                        AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};

struct Shaken {
    void operator()(std::span<const float> from, const Extents&, std::span<float> to, Philox& random) const {
        for (std::size_t i = 0; i < from.size(); ++i)
            to[i] = from[i] + static_cast<float>(0.1 * random.normal());
    }
};

/// A model in training, and the samples on which it was trained, which are recorded by their weights.
struct Resumed {
    Dropping net{Seed{1}};
    AlraoOptimizer<Dropping, rule::Adam> optimizer{
        net, LogUniform{1e-4, 0.1}, Seed{2}, {.schedule = schedule::Linear{.steps = 60}}};

    template <class... C>
    History go(const toy::Quadrants& data, FitOptions<float> options, C&&... callbacks) {
        options.seed = Seed{3};
        return fit<OwnTiles<>>(net, optimizer, Augmented(data.view(), Shaken{}), options, callbacks...);
    }
    std::vector<double> numbers() const {
        std::vector<double> all;
        const auto add = [&](const auto& from) { all.insert(all.end(), from.begin(), from.end()); };
        add(net.parameter_buffer());
        add(net.statistic_buffer());
        add(net.posterior().log_weights);
        const auto remembered = optimizer.snapshot();
        add(remembered.rates.span());
        add(remembered.memory.span());
        add(std::vector<std::uint64_t>{optimizer.step_number(), optimizer.schedule_step()});
        return all;
    }
    bool same(const Resumed& other) const {
        return numbers() == other.numbers() && net.place() == other.net.place() &&
               optimizer.place() == other.optimizer.place();
    }
};

/// Samples whose input is their index; counts how often each was used for training.
struct Counted {
    struct Net : Model<Input<1>, Dense<2>, SoftmaxClassifier<2>> {
        using Model::Model;
    };
    std::vector<float> inputs;
    std::vector<std::int32_t> labels;
    Net net{Seed{1}};
    OneRateOptimizer<Net, rule::Sgd> optimizer{net, Sgd{.rate = 1e-3}};
    std::map<float, int> seen{};

    explicit Counted(std::size_t samples) : labels(samples) {
        for (std::size_t i = 0; i < samples; ++i) inputs.push_back(static_cast<float>(i) / 64);
    }
    /// The order of the samples in a fit. One thread prepares batches; batches that were not taken do not count.
    template <class Optimizer, class... C>
    std::vector<float> go(Optimizer&& by, FitOptions<float> options, C&&... callbacks) {
        std::vector<float> order;
        const auto note_order = [&order](std::span<const float> from, const Extents&, std::span<float> to,
                                         Philox&) {
            to[0] = from[0];
            order.push_back(from[0]);
        };
        const std::uint64_t before = net.place().earlier_steps;
        try {
            history =
                fit(net, by, Augmented(Dataset<float>(inputs, labels), note_order), options, callbacks...);
        } catch (const std::runtime_error&) {
        }
        const std::uint64_t steps = net.place().earlier_steps - before;
        order.resize(std::min<std::size_t>(order.size(), steps * options.batch_size));
        for (const float sample : order) ++seen[sample];
        return order;
    }
    int most() const {
        int times = 0;
        for (const auto& [sample, count] : seen) times = std::max(times, count);
        return times;
    }
    History history{};
};

inline bool notes(const History& history, const std::string& part) {
    return std::any_of(history.messages.begin(), history.messages.end(),
                       [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

}  // namespace toy
