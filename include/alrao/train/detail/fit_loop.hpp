#pragma once

#include <alrao/learn/one_rate.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/learn/pruning.hpp>
#include <alrao/learn/step.hpp>
#include <alrao/model/data_place.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/message.hpp>
#include <alrao/train/callback.hpp>
#include <alrao/train/evaluation.hpp>
#include <alrao/train/history.hpp>
#include <alrao/train/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <utility>

namespace alrao::detail {

/// One fit, with its clock and its sums. Where batches come from is the source's affair:
///
///   samples()                of an epoch
///   order()                  what decides the order of its samples
///   steps_behind(seen)       steps of an epoch of which the first `seen` samples are behind
///   validates(), validate()  whether there are validation data, and how the model does on them
///   values()                 numbers that a sample is compared in (regression)
///   require_behind(seen)     refuses what is left of an epoch if it cannot be learned from
///   look(history)            refuses numbers that cannot be learned from; changes nothing
///   takes_statistics()       whether begin() goes through the data
///   begin()                  what a model learns from data before the first step
///   start_epoch(e, seen)     e: counted from 0 over all fits of the optimizer
///   step(b)                  step b of what is left of the epoch
///   seen()                   samples of the epoch that are behind since the last step
template <class Net, class Optimizer, class Source, class Callbacks>
class FitLoop {
    using Clock = std::chrono::steady_clock;

public:
    FitLoop(Net& net, Optimizer& optimizer, std::size_t epochs, Source& source, Callbacks& callbacks)
        : net_(net), optimizer_(optimizer), epochs_(epochs), source_(source), callbacks_(callbacks) {}

    History run() {
        require_numbers(net_);
        callbacks_(Preparing{"looking at the data", source_.samples()});
        look();
        const FitBegin event{.task = task_of<Net>,
                             .samples = source_.samples(),
                             .epochs = epochs_,
                             .steps = source_.steps_behind(0),
                             .has_validation = source_.validates(),
                             .copies = net_.posterior().copies(),
                             .history = history_,
                             .fit_steps = steps(),
                             .steps_before = optimizer_.step_number(),
                             .features = Net::network::feature_count};
        bool stop = callbacks_(event);
        // Only now: a callback that refuses finds model and optimizer as they were.
        if (epochs_ > 0) begin();
        for (std::size_t e = 0; e < epochs_ && !stop; ++e) stop = epoch(e + 1);
        history_.stopped = stop;
        history_.seconds = seconds();
        callbacks_(FitEnd{history_});
        // Somebody may have put other weights back. The place is that of the last step all the same.
        if (epochs_ > 0) keep_place();
        optimizer_.remeasure(net_);
        history_.seconds = seconds();
        return std::move(history_);
    }

private:
    [[gnu::cold]] void look() {
        source_.look(history_);
        if (epochs_ == 0) return;
        place_ = beginning();
        source_.require_behind(static_cast<std::size_t>(place_.samples));
        const std::uint64_t done = optimizer_.schedule_step(), end = done + steps();
        const Schedule schedule = optimizer_.schedule().over(end);
        if (is_zero(schedule(done)))
            note("the optimizer's schedule has come to its end: all rates are 0 (see set_schedule)");
        else if (is_zero(schedule(end - 1)))
            note(
                "the optimizer's schedule comes to its end before this fit does: all rates are 0 "
                "in the last steps (see set_schedule)");
        for (std::size_t j = 0; j < net_.posterior().copies(); ++j)
            history_.copy_rates.push_back(static_cast<double>(optimizer_.copy_rate(j)));
    }

    /// Where an earlier fit ended: 2 epochs and 3 more are the same as 5, and an epoch that was
    /// begun is finished. What is told of it stands in the history.
    [[gnu::cold]] DataPlace beginning() {
        DataPlace place = optimizer_.place();
        if (!place.known() && optimizer_.step_number() > 0) {
            // Steps of a loop of one's own, or a state that was saved before places were.
            place.epoch = optimizer_.step_number() / source_.steps_behind(0);
        } else if (!place.known() && net_.place().known()) {
            place = net_.place();
            note(
                {"the model was fitted before, by another optimizer: the order of samples goes on "
                 "(epoch ",
                 place.epoch + 1,
                 "); what that optimizer remembered, such as Adam's "
                 "averages, its steps and its schedule, begins anew. Keep one optimizer for all "
                 "fits to go on with it"});
        }
        const SampleOrder order = source_.order();
        if (!place.known() && optimizer_.step_number() == 0) place.earlier_steps = net_.place().earlier_steps;
        const bool begun = place.samples > 0;
        if (begun && place.order == order && place.samples < order.samples) {
            note({"goes on within an epoch (", place.epoch + 1, "): an earlier fit was stopped after ",
                  place.samples, " of its ", order.samples,
                  " samples; the others come first, and count as an epoch"});
        } else if (begun) {
            note({"an earlier fit was stopped after ", place.samples, " of the ", place.order.samples,
                  " samples of an epoch; this fit has another number of "
                  "samples, or another order of them, and begins a new epoch"});
            place.leave_epoch();
        }
        place.order = order;
        return place;
    }

    [[gnu::cold]] void begin() {
        if (source_.takes_statistics())
            callbacks_(Preparing{"taking the statistics of the data", source_.samples()});
        source_.begin();
        guard::prune_again(net_, optimizer_);
        optimizer_.remeasure(net_);
        optimizer_.close_schedule(steps());
        parts_of(optimizer_).place = place_;
    }

    /// Of this fit, in all.
    std::uint64_t steps() const {
        if (epochs_ == 0) return 0;
        return source_.steps_behind(static_cast<std::size_t>(place_.samples)) +
               std::uint64_t{epochs_ - 1} * source_.steps_behind(0);
    }

    void keep_place() {
        parts_of(optimizer_).place = place_;
        net_.place() = place_;
        net_.place().earlier_steps += optimizer_.step_number();
    }

    /// `number` counts from 1 in this fit.
    bool epoch(std::size_t number) {
        const double began = seconds();
        const std::uint64_t overall = place_.epoch;
        const auto first = static_cast<std::size_t>(place_.samples);
        const std::size_t count = source_.steps_behind(first);
        std::size_t seen = first;
        source_.start_epoch(overall, first);
        BatchLoss sums;
        std::size_t quarantined = 0, copies_lost = 0;
        bool stop = false;
        for (std::size_t b = 0; b < count && !stop; ++b) {
            const StepReport report = source_.step(b);
            seen = source_.seen();
            place_.go_to(seen);
            keep_place();
            sums += report.loss;
            quarantined += report.quarantined + report.copies_lost;
            copies_lost += report.copies_lost;
            if (report.copies_retired > 0) note_retired(report.copies_retired);
            const Evaluation so_far = scores(sums), batch = scores(report.loss);
            stop = callbacks_(StepEnd{.epoch = number,
                                      .epochs = epochs_,
                                      .step = b + 1,
                                      .steps = count,
                                      .total_steps = optimizer_.step_number(),
                                      .so_far = so_far,
                                      .batch = batch,
                                      .quarantined = quarantined,
                                      .seconds = seconds(),
                                      .posterior = net_.posterior(),
                                      .copy_rates = history_.copy_rates});
        }
        Epoch record{.number = number,
                     .steps = optimizer_.step_number(),
                     .training = scores(sums),
                     .quarantined = quarantined,
                     .copy_weights = net_.posterior().weights(),
                     .copies_lost = copies_lost,
                     .overall = overall + 1,
                     .first = first,
                     .last = seen,
                     .of = source_.samples()};
        if (source_.validates()) record.validation = source_.validate();
        record.seconds = seconds() - began;
        history_.epochs.push_back(std::move(record));
        return callbacks_(EpochEnd{history_.epochs.back(), epochs_, seconds(), net_.posterior(), history_}) ||
               stop;
    }

    [[gnu::cold]] void note_retired(std::size_t copies) {
        note({"after step ", optimizer_.step_number(), " ", copies, copies == 1 ? " copy" : " copies",
              " of the head retired; ", net_.posterior().live(), " are computed from now on"});
    }

    [[gnu::cold]] void note(std::initializer_list<Piece> text) {
        history_.messages.push_back(message_of(text));
    }
    [[gnu::cold]] void note(const char* text) { note({Piece(text)}); }

    Evaluation scores(const BatchLoss& sums) const {
        Evaluation e = evaluation_of(sums, task_of<Net>, source_.values());
        // A head that learns by a density makes no predictions on the way.
        e.measured = e.task == Task::classification || sums.squared_error > 0;
        return e;
    }
    double seconds() const { return std::chrono::duration<double>(Clock::now() - began_).count(); }

    Net& net_;
    Optimizer& optimizer_;
    std::size_t epochs_;
    Source& source_;
    Callbacks& callbacks_;
    DataPlace place_{};  // of the next step
    History history_{};
    Clock::time_point began_ = Clock::now();
};

/// What is given as an optimizer, and is none for this model.
template <class Net, class Optimizer>
struct CheckedOptimizer {
    static constexpr bool is_const = std::is_const_v<Optimizer>;
    static constexpr bool is_optimizer = requires { typename Optimizer::OptimizedNet; };
    static constexpr bool is_rule = [] {
        if constexpr (is_optimizer) return false;
        else return detail::is_rule<std::remove_cv_t<Optimizer>>;
    }();
    static constexpr bool of_this_net = [] {
        if constexpr (is_optimizer) return std::is_same_v<typename Optimizer::OptimizedNet, Net>;
        else return false;
    }();
    static constexpr bool is_spec = !is_optimizer && like_spec<Optimizer>;
    static constexpr bool good = of_this_net && !is_const;

    static_assert(!is_rule,
                  "alrao: fit takes a rule with its rate, such as Adam{.rate = 1e-3}; rule::Adam has no "
                  "rate, and is the rule of AlraoOptimizer<Net, rule::Adam>");
    static_assert(sizeof(std::conditional_t<is_spec, CheckedSpec<Optimizer>, int>) > 0);
    static_assert(is_rule || is_optimizer || is_spec,
                  "alrao: fit takes an optimizer behind the model (AlraoOptimizer, OneRateOptimizer), or "
                  "a rule with its rate, such as Adam{.rate = 1e-3}");
    static_assert(!is_optimizer || of_this_net,
                  "alrao: this optimizer was made for another type of network: make one for this model, "
                  "AlraoOptimizer<Net>{net, LogUniform{1e-5, 10}, Seed{2}}");
    static_assert(!of_this_net || !is_const,
                  "alrao: fit changes the optimizer (its state, the steps it counts)");
};

/// Calls fit(optimizer) with the optimizer itself, or with the one that a rule with its rate makes.
template <class Net, class Optimizer, class Fit>
History with_optimizer(Net& net, Optimizer&& optimizer, Fit&& fit) {
    if constexpr (OneRateSpec<std::remove_cvref_t<Optimizer>>) {
        OneRateOptimizer made(net, optimizer);
        return fit(made);
    } else {
        using Checked = CheckedOptimizer<Net, std::remove_reference_t<Optimizer>>;
        static_assert(sizeof(Checked) > 0);
        if constexpr (Checked::good) return fit(optimizer);
        else return {};
    }
}

}  // namespace alrao::detail
