#pragma once

#include <alrao/learn/one_rate.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/learn/quarantine.hpp>
#include <alrao/learn/step.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/message.hpp>
#include <alrao/train/callback.hpp>
#include <alrao/train/evaluation.hpp>
#include <alrao/train/history.hpp>
#include <alrao/train/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace alrao::detail {

/// A BatchNorm of flat features has nothing to normalise by in a batch of one.
template <class Net>
constexpr bool needs_two_samples() {
    for (const layers::Node& node : Net::network::chain.nodes)
        if (node.name == "BatchNorm" && node.input.pixels() == 1) return true;
    return false;
}

/// One fit, with its clock and its sums. Where batches come from is the source's affair:
///
///   samples(), steps()       of an epoch
///   validates(), validate()  whether there are validation data, and how the model does on them
///   values()                 numbers that a sample is compared in (regression)
///   look(history)            refuses numbers that cannot be learned from; changes nothing
///   begin()                  what a model learns from data before the first step
///   start_epoch(overall)     counted from 0 over all fits of the optimizer
///   step(b, overall)         step b of the epoch
template <class Net, class Optimizer, class Source, class Callbacks>
class FitLoop {
    using Clock = std::chrono::steady_clock;

public:
    FitLoop(Net& net, Optimizer& optimizer, std::size_t epochs, Source& source,
            Callbacks& callbacks)
        : net_(net),
          optimizer_(optimizer),
          epochs_(epochs),
          source_(source),
          callbacks_(callbacks) {}

    History run() {
        require_numbers(net_);
        look();
        const FitBegin event{.task = task_of<Net>, .samples = source_.samples(),
                             .epochs = epochs_, .steps = source_.steps(),
                             .has_validation = source_.validates(),
                             .copies = net_.posterior().copies(), .history = history_};
        bool stop = callbacks_(event);
        // Only now: a callback that refuses finds model and optimizer as they were.
        if (epochs_ > 0) begin();
        // Orders go on where an earlier fit ended: 2 epochs and 3 more are the same as 5.
        const std::uint64_t first = optimizer_.step_number() / source_.steps();
        for (std::size_t e = 0; e < epochs_ && !stop; ++e) {
            source_.start_epoch(first + e);
            stop = epoch(e + 1, first + e);
        }
        history_.stopped = stop;
        callbacks_(FitEnd{history_});
        // Somebody may have put other weights back.
        optimizer_.remeasure(net_);
        history_.seconds = seconds();
        return std::move(history_);
    }

private:
    [[gnu::cold]] void look() {
        source_.look(history_);
        if (epochs_ == 0) return;
        const std::uint64_t done = optimizer_.schedule_step();
        if (is_zero(optimizer_.schedule().over(done + steps())(done)))
            history_.messages.push_back(
                "the optimizer's schedule has come to its end: all rates are 0 (see set_schedule)");
        for (std::size_t j = 0; j < net_.posterior().copies(); ++j)
            history_.copy_rates.push_back(static_cast<double>(optimizer_.copy_rate(j)));
    }

    [[gnu::cold]] void begin() {
        source_.begin();
        guard::prune_again(net_, optimizer_);
        optimizer_.remeasure(net_);
        optimizer_.close_schedule(steps());
    }

    std::uint64_t steps() const { return epochs_ * source_.steps(); }

    /// `number` counts from 1 in this fit, `overall` from 0 over all fits of this optimizer.
    bool epoch(std::size_t number, std::uint64_t overall) {
        const double began = seconds();
        BatchLoss sums;
        std::size_t quarantined = 0;
        bool stop = false;
        for (std::size_t b = 0; b < source_.steps() && !stop; ++b) {
            const StepReport report = source_.step(b, overall);
            sums += report.loss;
            quarantined += report.quarantined + report.copies_lost;
            if (report.copies_retired > 0) note_retired(report.copies_retired);
            const Evaluation so_far = scores(sums), batch = scores(report.loss);
            stop = callbacks_(StepEnd{.epoch = number, .epochs = epochs_, .step = b + 1,
                                      .steps = source_.steps(),
                                      .total_steps = optimizer_.step_number(), .so_far = so_far,
                                      .batch = batch, .quarantined = quarantined,
                                      .seconds = seconds(), .posterior = net_.posterior(),
                                      .copy_rates = history_.copy_rates});
        }
        Epoch record{.number = number, .steps = optimizer_.step_number(),
                     .training = scores(sums), .quarantined = quarantined,
                     .copy_weights = net_.posterior().weights()};
        if (source_.validates()) record.validation = source_.validate();
        record.seconds = seconds() - began;
        history_.epochs.push_back(std::move(record));
        return callbacks_(EpochEnd{history_.epochs.back(), epochs_, seconds(),
                                   net_.posterior(), history_}) || stop;
    }

    [[gnu::cold]] void note_retired(std::size_t copies) {
        history_.messages.push_back(
            message_of({"after step ", optimizer_.step_number(), " ", copies,
                        copies == 1 ? " copy" : " copies", " of the head retired; ",
                        net_.posterior().live(), " are computed from now on"}));
    }

    Evaluation scores(const BatchLoss& sums) const {
        Evaluation e = evaluation_of(sums, task_of<Net>, source_.values());
        // A head that learns by a density makes no predictions on the way.
        e.measured = e.task == Task::classification || sums.squared_error > 0;
        return e;
    }
    double seconds() const {
        return std::chrono::duration<double>(Clock::now() - began_).count();
    }

    Net& net_;
    Optimizer& optimizer_;
    std::size_t epochs_;
    Source& source_;
    Callbacks& callbacks_;
    History history_{};
    Clock::time_point began_ = Clock::now();
};

/// Calls fit(optimizer) with the optimizer itself, or with the one that a rule with its rate makes.
template <class Net, class Optimizer, class Fit>
History with_optimizer(Net& net, Optimizer&& optimizer, Fit&& fit) {
    if constexpr (OneRateSpec<std::remove_cvref_t<Optimizer>>) {
        OneRateOptimizer made(net, optimizer);
        return fit(made);
    } else {
        static_assert(!std::is_const_v<std::remove_reference_t<Optimizer>>,
                      "alrao: fit changes the optimizer (its state, the steps it counts)");
        return fit(optimizer);
    }
}

}  // namespace alrao::detail
