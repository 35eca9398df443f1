#pragma once

// One run of the scoreboard: a problem, a shift of it, an optimizer and a seed. docs/experiments/protocol.md says what the
// optimizers and shifts are, and how runs are compared.

#include <alrao/alrao.hpp>
#include <alrao/learn/dog.hpp>
#include <alrao/learn/prodigy.hpp>
#include <alrao/learn/schedule_free.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace scoreboard {

using namespace alrao;

/// How a problem differs from its usual form.
struct Shift {
    double inputs = 1;      ///< factor of all inputs
    double initial = 1;     ///< factor of the initial weights of the trunk
    double length = 1;      ///< factor of the number of steps
    std::size_t batch = 0;  ///< another batch size; 0: the usual one
    bool wide = false;      ///< hidden layers are four times as wide (convolutions: twice)
    bool plain = false;     ///< without normalisation
};

/// Other settings of the default, for ablations: "spread=0,window=0.1".
class Variant {
public:
    Variant() = default;
    /// @throws std::invalid_argument on an unknown key or a value that is no number
    explicit Variant(const std::string& text) {
        std::istringstream pairs(text);
        for (std::string pair; std::getline(pairs, pair, ' ');) {
            const std::size_t middle = pair.find('=');
            const std::string key = pair.substr(0, middle);
            if (middle == std::string::npos || std::ranges::find(keys, key) == std::end(keys))
                throw std::invalid_argument("unknown setting " + pair);
            values_[key] = std::stod(pair.substr(middle + 1));
        }
    }
    double value(const std::string& key, double otherwise) const {
        const auto at = values_.find(key);
        return at == values_.end() ? otherwise : at->second;
    }
    void apply(MeasuredRates& rates, rule::NAdamW& rule) const {
        // Decades on both sides of the middle.
        if (has("spread")) rates.spread = MeasuredRates::around(value("factor", 1), value("spread", 0));
        if (has("copies"))
            rates.copies = MeasuredRates::around(value("copies-factor", 3), value("copies", 0));
        if (has("switch")) rates.averaging = Switch{.theta = value("switch", 0)};
        if (has("share")) rates.averaging = FixedShare{.alpha = value("share", 0)};
        if (has("uniform")) rates.averaging = Uniform{};
        if (has("warm-up") || has("decay"))
            rates.schedule =
                schedule::WarmUpHoldDecay{.warm_up = value("warm-up", 0.02), .decay = value("decay", 0.7)};
        if (has("window")) rates.average = average::Window{.fraction = value("window", 0)};
        if (has("polynomial")) rates.average = average::Polynomial{.power = value("polynomial", 8)};
        const centre::Measured usual;
        rates.centre = centre::Measured{
            .start = value("start", usual.start),
            .beta2 = value("beta2", usual.beta2),
            .growth = value("growth", usual.growth),
            .every = static_cast<std::size_t>(value("every", static_cast<double>(usual.every)))};
        rule.beta1 = value("beta1", rule.beta1);
        rule.beta2 = value("beta2", rule.beta2);
        rule.growth = value("growth", rule.growth);
        rule.decay = value("weight-decay", rule.decay);
    }

private:
    static constexpr std::string_view keys[] = {
        "factor", "copies", "copies-factor", "head",         "spread", "warm-up",
        "decay",  "window", "switch",        "polynomial",   "start",  "beta1",
        "beta2",  "growth", "every",         "weight-decay", "share",  "uniform"};
    bool has(const std::string& key) const { return values_.contains(key); }
    std::map<std::string, double> values_{};
};

struct Run {
    std::string problem, shift_name, method;
    Variant variant{};
    Shift shift{};
    double rate = 0;
    std::uint64_t seed = 1;
    std::string data{};  ///< folder of CIFAR-10 and Penn Treebank
};

struct Outcome {
    bool exists = true;  ///< false: the problem has no such shift or method
    std::string failure{};
    std::size_t steps = 0;
    double validation = NAN, test = NAN, test_accuracy = NAN, seconds = 0;
    double centre = NAN;  ///< geometric mean of the measured centres of all matrices, at the end
    std::vector<double> copies{};
};

/// PyTorchInitialization with factors for the trunk and for the head.
struct ScaledInitialization {
    double trunk = 1, head = 1;
    template <class T>
    void operator()(const ParameterEntry& entry, T* data, Philox& random) const {
        PyTorchInitialization{}(entry, data, random);
        const bool scaled = entry.role == Role::weight || entry.role == Role::recurrent;
        const double factor = entry.copies > 0 ? head : scaled ? trunk : 1;
        for (std::size_t i = 0; i < entry.elements(); ++i)
            data[i] = static_cast<T>(factor * static_cast<double>(data[i]));
    }
};

/// Data of a problem: `train` is read once per epoch.
struct Data {
    AnySource<float> train, validation, test;
    std::size_t batch = 32, epochs = 1;
    double unit = 1;       ///< regression: variance of the targets of the test data
    double clip_norm = 0;  ///< for all methods; 0: none
};

/// The loss of a table: nats, or the mean squared error in units of the variance of the targets.
inline double loss_of(const Evaluation& e, double unit) {
    return e.task == Task::classification ? e.loss : e.rmse * e.rmse / unit;
}

template <class Net, class Optimizer>
Outcome train(const Run& run, const Data& data, Net& net, Optimizer&& optimizer) {
    Outcome outcome;
    try {
        const History history =
            fit(net, optimizer, data.train,
                {.epochs = data.epochs, .batch_size = data.batch, .seed = Seed{run.seed}, .threads = 1});
        outcome.seconds = history.seconds;
        outcome.steps = optimizer.step_number();
        const Evaluation validation = evaluate(net, data.validation), test = evaluate(net, data.test);
        outcome.validation = loss_of(validation, data.unit);
        outcome.test = loss_of(test, data.unit);
        outcome.test_accuracy = test.accuracy;
        if (!std::isfinite(outcome.validation) || !std::isfinite(outcome.test))
            outcome.failure = "loss is not finite";
    } catch (const std::exception& error) {
        outcome.failure = error.what();
    }
    double sum = 0, count = 0;
    for (std::size_t p = 0; p < Net::parameters.size(); ++p)
        if (Net::parameters[p].role == Role::weight) sum += std::log(optimizer.centre(p)), ++count;
    outcome.centre = std::exp(sum / count);
    for (std::size_t j = 0; j < net.posterior().log_weights.size(); ++j)
        outcome.copies.push_back(net.posterior().weight(j));
    return outcome;
}

/// Trains by the method of `run`. `Averaged` ends in a head with five copies, `One` in a head with one.
template <class Averaged, class One>
Outcome train_by(const Run& run, const Data& data) {
    const std::string_view method = run.method;
    const auto steps_of = [&] {
        const DataContents contents = data.train.contents();
        const std::size_t streams = std::max<std::size_t>(contents.streams, 1);
        const std::size_t per_step = contents.streams > 0 ? streams * contents.time_steps : data.batch;
        return data.epochs * ((contents.samples + per_step - 1) / per_step);
    };
    const std::size_t warm_up = std::max<std::size_t>(1, steps_of() / 50);
    OptimizerOptions options;
    if (data.clip_norm > 0) options.clip_norm = data.clip_norm;
    const ScaledInitialization unscaled_head{run.shift.initial};
    const ScaledInitialization initial{run.shift.initial, run.variant.value("head", 1)};

    using Alrao = AlraoOptimizer<Averaged>;
    const Seed seed{run.seed};
    if (method.starts_with("published")) {
        Averaged net(seed, unscaled_head);
        if (method == "published-linear") options.schedule = schedule::Linear{};
        return train(run, data, net, Alrao{net, LogUniform{1e-5, 10}, seed, options});
    }
    if (method.starts_with("alrao")) {
        Averaged net(seed, initial);
        MeasuredRates rates = method == "alrao-long"   ? MeasuredRates(LongMeasuredRates{})
                              : method == "alrao-open" ? MeasuredRates(OpenMeasuredRates{})
                                                       : MeasuredRates{};
        rule::NAdamW rule;
        run.variant.apply(rates, rule);
        return train(run, data, net, AlraoOptimizer<Averaged, rule::NAdamW>{net, rates, seed, rule, options});
    }

    // Tuned references: schedule and average as in the default, one rate.
    const bool tuned = method == "nadamw" || method == "sgd" || method == "momentum";
    One net(Seed{run.seed}, tuned ? initial : unscaled_head);
    if (tuned) {
        options.schedule = schedule::WarmUpHoldDecay{};
        options.weight_average = average::Window{};
        if (method == "nadamw")
            return train(run, data, net,
                         OneRateOptimizer{net, NAdamW{.rate = run.rate, .growth = 0.8}, options});
        const double momentum = method == "sgd" ? 0 : 0.9;
        return train(
            run, data, net,
            OneRateOptimizer{net, Sgd{.rate = run.rate, .momentum = momentum, .nesterov = momentum > 0},
                             options});
    }
    if (method == "nadamw-fixed") {  // the strongest fixed setting: 2 % warm-up and cosine
        options.schedule = schedule::WarmUp{.steps = warm_up, .then = schedule::Cosine{}};
        return train(run, data, net, OneRateOptimizer{net, NAdamW{.rate = 1e-3}, options});
    }
    if (method == "adam") return train(run, data, net, OneRateOptimizer{net, Adam{.rate = 1e-3}, options});
    if (method == "adam-linear") {
        options.schedule = schedule::Linear{};
        return train(run, data, net, OneRateOptimizer{net, Adam{.rate = 1e-3}, options});
    }
    if (method == "prodigy") {
        options.schedule = schedule::Cosine{};
        return train(run, data, net, OneRateOptimizer{net, Prodigy{}, options});
    }
    if (method == "ldog") return train(run, data, net, OneRateOptimizer{net, LDog{}, options});
    if (method == "schedule-free-sgd")
        return train(run, data, net, OneRateOptimizer{net, ScheduleFreeSgd{.warm_up = warm_up}, options});
    if (method == "schedule-free-adamw")
        return train(run, data, net, OneRateOptimizer{net, ScheduleFreeAdamW{.warm_up = warm_up}, options});
    return {.exists = false};
}

/// Calls `train_by` for the network of a shift: `Net<Width, normalised, Head>`, where `Width` is 1, or `Wide` with
/// `.wide`. `has_norm`: whether the network has a normalisation that `.plain` removes.
template <template <std::size_t, bool, class> class Net, class Head, std::size_t Wide, bool has_norm>
Outcome run_shifted(const Run& run, const Data& data) {
    using Copies = AveragedHead<Head, 5>;
    if (run.shift.wide) {
        if constexpr (Wide > 1) return train_by<Net<Wide, true, Copies>, Net<Wide, true, Head>>(run, data);
        else return {.exists = false};
    }
    if (run.shift.plain) {
        if constexpr (has_norm) return train_by<Net<1, false, Copies>, Net<1, false, Head>>(run, data);
        else return {.exists = false};
    }
    return train_by<Net<1, true, Copies>, Net<1, true, Head>>(run, data);
}

/// A problem: its name, and a function that trains on it.
struct Problem {
    std::string_view name;
    Outcome (*run)(const Run&);
};

}  // namespace scoreboard
