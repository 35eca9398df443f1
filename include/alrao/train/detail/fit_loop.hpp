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

/// One fit: the loop over epochs and steps, with times and sums of losses. `Source` provides the batches:
///
///   samples()                number of samples of an epoch
///   order()                  the values that determine the order of the samples
///   steps_behind(seen)       number of steps after the first `seen` samples of an epoch
///   validates(), validate()  whether there are validation data, and the evaluation on them
///   values()                 number of targets that are compared per sample (regression)
///   require_behind(seen)     throws ArgumentError if the epoch after `seen` samples cannot be trained on
///   look(history)            checks the data and adds notes; changes nothing
///   takes_statistics()       whether the model can get constants from the data: look() computes them
///   begin()                  sets the constants that look() has computed
///   start_epoch(e, seen)     begins epoch e, counted from 0 over all fits of the optimizer
///   step(b)                  takes step b of the rest of the epoch
///   seen()                   number of samples of the epoch up to the last step
///   use_average(e)           after epoch e: puts the average of the parameters, if any, into the model
///   require_whole_epoch()    throws if the epoch that ends now had fewer samples than samples()
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
        // After the callbacks: if one of them throws, model and optimizer are unchanged.
        if (epochs_ > 0) begin();
        for (std::size_t e = 0; e < epochs_ && !stop; ++e) stop = epoch(e + 1);
        history_.stopped = stop;
        history_.seconds = seconds();
        callbacks_(FitEnd{history_});
        // A callback may have assigned a model with an earlier place; the place after the last step is kept.
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
            note("the optimizer's schedule has ended: all rates are 0 (see set_schedule)");
        else if (is_zero(schedule(end - 1)))
            note(
                "the optimizer's schedule ends before the end of this fit: all rates are 0 in the last "
                "steps (see set_schedule)");
        history_.copy_rates.resize(net_.posterior().copies());
        take_copy_rates();
    }
    void take_copy_rates() {
        for (std::size_t j = 0; j < history_.copy_rates.size(); ++j)
            history_.copy_rates[j] = static_cast<double>(optimizer_.copy_rate(j));
    }

    /// The place in the data at which this fit begins: where an earlier fit ended, possibly within an epoch. Adds
    /// notes to the history.
    [[gnu::cold]] DataPlace beginning() {
        DataPlace place = optimizer_.place();
        if (!place.known() && optimizer_.step_number() > 0) {
            // The steps were taken by a training loop of the user's.
            place.epoch = optimizer_.step_number() / source_.steps_behind(0);
        } else if (!place.known() && net_.place().known()) {
            place = net_.place();
            note(
                {"the model was fitted before with another optimizer: the order of samples continues "
                 "(epoch ",
                 place.epoch + 1,
                 "); this optimizer starts without the state of the other one (Adam's averages, the number "
                 "of steps, the schedule). To keep this state, use one optimizer for all fits"});
        }
        const SampleOrder order = source_.order();
        if (!place.known() && optimizer_.step_number() == 0) place.earlier_steps = net_.place().earlier_steps;
        const bool begun = place.samples > 0;
        if (begun && place.order == order && place.samples < order.samples) {
            note({"continues within an epoch (", place.epoch + 1, "): an earlier fit was stopped after ",
                  place.samples, " of its ", order.samples,
                  " samples; this fit first trains on the remaining ", order.samples - place.samples,
                  ", which count as one epoch"});
        } else if (begun) {
            note({"an earlier fit was stopped after ", place.samples, " of the ", place.order.samples,
                  " samples of an epoch; this fit has another number or another order of samples, and "
                  "begins a new epoch"});
            place.leave_epoch();
        }
        place.order = order;
        return place;
    }

    [[gnu::cold]] void begin() {
        if (source_.takes_statistics())
            callbacks_(Preparing{"taking the statistics of the data", source_.samples()});
        optimizer_.use_training(net_);
        source_.begin();
        guard::prune_again(net_, optimizer_);
        optimizer_.remeasure(net_);
        optimizer_.close_schedule(steps());
        parts_of(optimizer_).place = place_;
    }

    /// The number of steps of this fit.
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

    /// Trains one epoch. `number`: of the epoch in this fit, from 1. Returns whether a callback stops the fit.
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
        if (!stop) source_.require_whole_epoch();
        source_.use_average(overall);
        if (!optimizer_.centre_name().empty()) take_copy_rates();  // they change with the measured centre
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
        const std::size_t live = net_.posterior().live();
        note({"step ", optimizer_.step_number(), ": ", copies, copies == 1 ? " copy" : " copies",
              " of the head retired, ", live, live == 1 ? " remains" : " remain"});
    }

    [[gnu::cold]] void note(std::initializer_list<Piece> text) {
        history_.messages.push_back(message_of(text));
    }
    [[gnu::cold]] void note(const char* text) { note({Piece(text)}); }

    Evaluation scores(const BatchLoss& sums) const {
        Evaluation e = evaluation_of(sums, task_of<Net>, source_.values());
        // In training, a regression head computes the density of the targets but no predictions, so there is
        // no rmse.
        e.measured = e.task == Task::classification || sums.squared_error > 0;
        return e;
    }
    double seconds() const { return std::chrono::duration<double>(Clock::now() - began_).count(); }

    Net& net_;
    Optimizer& optimizer_;
    std::size_t epochs_;
    Source& source_;
    Callbacks& callbacks_;
    DataPlace place_{};  // at which the next step begins
    History history_{};
    Clock::time_point began_ = Clock::now();
};

/// Reports an argument that is not an optimizer for this model by a compile-time error.
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
                  "rate, and is for AlraoOptimizer<Net, rule::Adam>");
    static_assert(sizeof(std::conditional_t<is_spec, CheckedSpec<Optimizer>, int>) > 0);
    static_assert(is_rule || is_optimizer || is_spec,
                  "alrao: fit takes an optimizer after the model (AlraoOptimizer, OneRateOptimizer), or a "
                  "rule with its rate, such as Adam{.rate = 1e-3}");
    static_assert(!is_optimizer || of_this_net,
                  "alrao: this optimizer was made for another type of network: make one for this model, "
                  "AlraoOptimizer<Net>{net, LogUniform{1e-5, 10}, Seed{2}}");
    static_assert(!of_this_net || !is_const, "alrao: fit changes the optimizer, and this one is const");
};

/// Calls fit(optimizer) with the optimizer, or with a new one if the argument is a rule with its rate.
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
