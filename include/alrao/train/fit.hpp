#pragma once

#include <alrao/learn/one_rate.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/learn/quarantine.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/augmentation.hpp>
#include <alrao/train/batch_ahead.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/callback.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/dataset_check.hpp>
#include <alrao/train/evaluate.hpp>
#include <alrao/train/fitted_statistics.hpp>
#include <alrao/train/history.hpp>
#include <alrao/train/trainer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace alrao {

/// How long and how to train.
template <class T = float>
struct FitOptions {
    std::size_t epochs = 1;
    std::size_t batch_size = 32;             ///< the last batch of an epoch may be shorter
    const Dataset<T>* validation = nullptr;  ///< evaluated after each epoch, never learned from
    Seed seed{0};                            ///< of the order of samples, of Dropout, of augmentation
    int threads = 1;                         ///< the result does not depend on it (own kernels)
    bool shuffle = true;                     ///< a new order for each epoch
    /// Changes training samples anew in each epoch, on a thread beside; validation sees them as they are.
    AnyAugmentation<T> augmentation{};
};

namespace detail {

/// A BatchNorm of flat features has nothing to normalise by in a batch of one.
template <class Net>
constexpr bool needs_two_samples() {
    for (const layers::Node& node : Net::network::chain.nodes)
        if (node.name == "BatchNorm" && node.input.pixels() == 1) return true;
    return false;
}

/// The smallest batch of more than `batch` samples that leaves none of `samples` (at least 2)
/// alone.
[[nodiscard]] constexpr std::size_t batch_without_rest_of_one(std::size_t batch,
                                                              std::size_t samples) {
    do ++batch;
    while (samples % batch == 1);
    return batch;
}

template <class Net>
[[gnu::cold]] void require_fit_options(const Dataset<typename Net::scalar>& data,
                                       const FitOptions<typename Net::scalar>& options) {
    require_fitting_data<Net>(data, "fit");
    if (options.batch_size == 0) fail("alrao: fit: a batch needs at least one sample, got 0");
    if (options.validation) require_fitting_data<Net>(*options.validation, "fit: validation");
    if (options.epochs == 0 || !needs_two_samples<Net>()) return;
    if (data.size() == 1)
        fail("alrao: fit: BatchNorm needs two samples to learn from, there is one");
    const std::size_t batch = std::min(options.batch_size, data.size());
    if (batch == 1 || data.size() % batch == 1)
        fail({"alrao: fit: BatchNorm cannot learn from one sample, and batches of ", batch,
              " leave one of the ", data.size(),
              " samples alone; take another .batch_size, such as ",
              batch_without_rest_of_one(batch, data.size())});
}

/// One fit, with its clock and its sums.
template <class Backend, class Net, class Optimizer, class Callbacks>
class Fit {
    using T = typename Net::scalar;
    using Clock = std::chrono::steady_clock;

public:
    Fit(Net& net, Optimizer& optimizer, const Dataset<T>& data, const FitOptions<T>& options,
        Callbacks& callbacks)
        : net_(net),
          optimizer_(optimizer),
          data_(data),
          options_(options),
          callbacks_(callbacks),
          threads_(options.threads),
          batches_(data.size(), options.batch_size, options.seed, options.shuffle),
          trainer_(net, optimizer, batches_.batch_size(), threads_, options.seed) {
        if (options.validation) validate_.emplace(*options.validation, validation_batch, threads_);
        if (options.augmentation)
            ahead_.emplace(data, batches_.batch_size(), options.augmentation, options.seed);
    }

    History run() {
        look();
        const FitBegin event{.task = task_of<Net>, .samples = data_.size(),
                             .epochs = options_.epochs, .steps = batches_.size(),
                             .has_validation = options_.validation != nullptr,
                             .copies = net_.posterior().copies(), .history = history_};
        bool stop = callbacks_(event);
        // Only now: a callback that refuses finds model and optimizer as they were.
        if (options_.epochs > 0) begin();
        // Orders go on where an earlier fit ended: 2 epochs and 3 more are the same as 5.
        const std::uint64_t first = optimizer_.step_number() / batches_.size();
        for (std::size_t e = 0; e < options_.epochs && !stop; ++e) {
            batches_.start_epoch(first + e);
            if (ahead_) ahead_->prepare(batches_[0], first + e);
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
    static constexpr std::size_t validation_batch = 256;
    static constexpr double large_input = 16;

    /// Refuses numbers that cannot be learned from, and notes what deserves it; changes nothing.
    [[gnu::cold]] void look() {
        if (options_.validation) largest_input(*options_.validation, "fit: validation");
        const double largest = largest_input(data_, "fit");
        if (!has_normalize<Net> && largest > large_input)
            history_.messages.push_back("inputs reach " + short_text(largest) +
                                        ": normalise them (see Normalize)");
        if (options_.epochs == 0) return;
        if (optimizer_.schedule().over(steps())(optimizer_.schedule_step()) == 0)
            history_.messages.push_back(
                "the optimizer's schedule has come to its end: all rates are 0 (see set_schedule)");
        for (std::size_t j = 0; j < net_.posterior().copies(); ++j)
            history_.copy_rates.push_back(static_cast<double>(optimizer_.copy_rate(j)));
    }

    [[gnu::cold]] void begin() {
        fit_statistics(net_, data_);
        guard::prune_again(net_, optimizer_);
        optimizer_.remeasure(net_);
        optimizer_.close_schedule(steps());
    }

    std::uint64_t steps() const { return options_.epochs * batches_.size(); }

    StepReport step(std::size_t b, std::uint64_t epoch) {
        if (!ahead_) return trainer_.train_step(data_, batches_[b]);
        const Examples<T> examples = ahead_->take();
        if (b + 1 < batches_.size()) ahead_->prepare(batches_[b + 1], epoch);
        return trainer_.train_step(examples);
    }

    /// `number` counts from 1 in this fit, `overall` from 0 over all fits of this optimizer.
    bool epoch(std::size_t number, std::uint64_t overall) {
        const double began = seconds();
        BatchLoss sums;
        std::size_t quarantined = 0;
        bool stop = false;
        for (std::size_t b = 0; b < batches_.size() && !stop; ++b) {
            const StepReport report = step(b, overall);
            sums += report.loss;
            quarantined += report.quarantined + report.copies_lost;
            const Evaluation so_far = scores(sums), batch = scores(report.loss);
            stop = callbacks_(StepEnd{.epoch = number, .epochs = options_.epochs, .step = b + 1,
                                      .steps = batches_.size(),
                                      .total_steps = optimizer_.step_number(), .so_far = so_far,
                                      .batch = batch, .quarantined = quarantined,
                                      .seconds = seconds(), .posterior = net_.posterior(),
                                      .copy_rates = history_.copy_rates});
        }
        Epoch record{.number = number, .steps = optimizer_.step_number(),
                     .training = scores(sums), .quarantined = quarantined,
                     .copy_weights = net_.posterior().weights()};
        if (validate_) record.validation = (*validate_)(net_);
        record.seconds = seconds() - began;
        history_.epochs.push_back(std::move(record));
        return callbacks_(EpochEnd{history_.epochs.back(), options_.epochs, seconds(),
                                   net_.posterior(), history_}) || stop;
    }

    Evaluation scores(const BatchLoss& sums) const {
        Evaluation e = evaluation_of(sums, task_of<Net>,
                                     data_.has_selected() ? 1 : Net::network::output_shape.size());
        // A head that learns by a density makes no predictions on the way.
        e.measured = e.task == Task::classification || sums.squared_error > 0;
        return e;
    }
    double seconds() const {
        return std::chrono::duration<double>(Clock::now() - began_).count();
    }

    Net& net_;
    Optimizer& optimizer_;
    const Dataset<T>& data_;
    const FitOptions<T>& options_;
    Callbacks& callbacks_;
    Threads threads_;
    Batches batches_;
    Trainer<Net, Optimizer, Backend> trainer_;
    std::optional<Evaluator<Net, Backend>> validate_{};
    std::optional<BatchAhead<T>> ahead_{};
    History history_{};
    Clock::time_point began_ = Clock::now();
};

}  // namespace detail

/// Trains a model for so many epochs. Prints nothing; callbacks may. Before the first step
/// Normalize and the scale of a regression's targets get their constants from `data`, once. A
/// schedule of open length gets that of this fit. The optimizer goes on where it is: fits can
/// follow each other. What the optimizer has pruned is pruned again in a model that was put back to
/// an earlier state. In place of an optimizer a rule with its one rate will do: `fit(net, Adam{},
/// data)`.
/// @throws ArgumentError, before model or optimizer has changed, if data or options do not fit the
/// network, or a callback refuses this fit
/// @throws DivergenceError as the optimizer's guard says; model and optimizer are those of the last
/// good step
template <class Backend = DefaultBackend, TrainableModel Net, class Optimizer, Callback... C>
History fit(Net& net, Optimizer&& optimizer, const Dataset<typename Net::scalar>& data,
            const FitOptions<typename Net::scalar>& options = {}, C&&... callbacks) {
    if constexpr (OneRateSpec<std::remove_cvref_t<Optimizer>>) {
        OneRateOptimizer made(net, optimizer);
        return fit<Backend>(net, made, data, options, callbacks...);
    } else {
        static_assert(!std::is_const_v<std::remove_reference_t<Optimizer>>,
                      "alrao: fit changes the optimizer (its state, the steps it counts)");
        detail::require_fit_options<Net>(data, options);
        auto attached = attach_callbacks(net, callbacks...);
        using Made = std::remove_reference_t<Optimizer>;
        return detail::Fit<Backend, Net, Made, decltype(attached)>(net, optimizer, data, options,
                                                                  attached)
            .run();
    }
}

}  // namespace alrao
