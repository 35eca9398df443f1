#pragma once

#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/augmentation.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/callback.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/detail/batch_ahead.hpp>
#include <alrao/train/detail/data_notes.hpp>
#include <alrao/train/detail/dataset_check.hpp>
#include <alrao/train/detail/fit_call.hpp>
#include <alrao/train/detail/fit_loop.hpp>
#include <alrao/train/detail/fitted_statistics.hpp>
#include <alrao/train/detail/referred.hpp>
#include <alrao/train/evaluate.hpp>
#include <alrao/train/history.hpp>
#include <alrao/train/trainer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// How long and how to train.
template <class T = float>
struct FitOptions {
    /// Times that all samples are learned from. An epoch in which an earlier fit was stopped is
    /// finished first, and counts as one. 0: data and options are looked at, nothing changes.
    std::size_t epochs = 1;
    /// Samples of one step, from 1; the last batch of an epoch may be shorter. More than there are:
    /// one batch of all. Memory grows with it (Net::memory).
    std::size_t batch_size = 32;
    /// Evaluated after each epoch, and where a fit is stopped; never learned from. Referred to.
    Referred<Dataset<T>> validation{};
    /// Of the order of samples, of the layers' own randomness (Dropout), of augmentation. Fits that
    /// follow each other take one seed: orders go on by the number of the epoch.
    Seed seed{0};
    /// That compute, the calling one included. By own tiles bits do not depend on their number
    /// (docs/reproducibility.md).
    int threads = 1;
    /// A new order for each epoch, a function of seed and epoch; false: as they lie in memory.
    bool shuffle = true;
    /// Changes training samples anew in each epoch, on a thread beside; validation sees them as they are.
    AnyAugmentation<T> augmentation{};
};

namespace detail {

/// The smallest batch of more than `batch` samples that leaves none of `samples` (at least 2)
/// alone.
[[nodiscard]] constexpr std::size_t batch_without_rest_of_one(std::size_t batch, std::size_t samples) {
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
    options.augmentation.check_extents(data.sample());
    if (options.epochs == 0 || !needs_two_samples<Net>()) return;
    if (data.size() == 1) fail("alrao: fit: BatchNorm needs two samples to learn from, there is one");
    const std::size_t batch = std::min(options.batch_size, data.size());
    if (batch == 1 || data.size() % batch == 1)
        fail({"alrao: fit: BatchNorm cannot learn from one sample, and batches of ", batch,
              " leave one of the ", data.size(), " samples alone; take another .batch_size, such as ",
              batch_without_rest_of_one(batch, data.size())});
}

/// Batches of samples, in a new order each epoch.
template <class Backend, class Net, class Optimizer>
class BatchSource {
    using T = typename Net::scalar;

public:
    BatchSource(Net& net, Optimizer& optimizer, const Dataset<T>& data, const FitOptions<T>& options)
        : net_(net),
          data_(data),
          options_(options),
          threads_(options.threads),
          batches_(data.size(), options.batch_size, options.seed, options.shuffle),
          trainer_(net, optimizer, batches_.batch_size(), threads_, options.seed) {
        if (options.validation) validate_.emplace(*options.validation, validation_batch, threads_);
        if (options.augmentation)
            ahead_.emplace(data, batches_.batch_size(), options.augmentation, options.seed);
    }

    std::size_t samples() const { return data_.size(); }
    SampleOrder order() const {
        return {.samples = data_.size(),
                .seed = options_.shuffle ? options_.seed.value : 0,
                .shuffled = options_.shuffle};
    }
    std::size_t steps_behind(std::size_t seen) const { return batches_.size_behind(seen); }
    std::size_t seen_after(std::size_t b) const { return batches_.seen_after(b); }
    std::size_t values() const { return data_.has_selected() ? 1 : Net::network::output_shape.size(); }
    bool validates() const { return validate_.has_value(); }
    Evaluation validate() { return (*validate_)(net_); }

    [[gnu::cold]] void look(History& history) {
        statistics_ = detail::look_at_data(net_, data_, options_.validation, history.messages);
    }
    /// What is left of an epoch, too, leaves BatchNorm no sample alone.
    [[gnu::cold]] void require_behind(std::size_t seen) const {
        const std::size_t rest = data_.size() - seen, batch = batches_.batch_size();
        if (!needs_two_samples<Net>() || rest % batch != 1) return;
        constexpr const char* leave =
            "begin a new epoch: optimizer.state().place.leave_epoch(), net.place().leave_epoch()";
        if (rest == 1)
            fail(
                {"alrao: fit: BatchNorm cannot learn from one sample, and an earlier fit was stopped "
                 "before the last one of an epoch; ",
                 leave});
        std::size_t other = batch;
        do other = batch_without_rest_of_one(other, data_.size());
        while (rest % other == 1);
        fail({"alrao: fit: BatchNorm cannot learn from one sample, and batches of ", batch,
              " leave one alone of the ", rest,
              " samples that an earlier fit left of an epoch; take "
              "another .batch_size, such as ",
              other, ", or ", leave});
    }
    static constexpr bool takes_statistics() {
        return has_normalize<Net> || task_of<Net> == Task::regression;
    }
    [[gnu::cold]] void begin() { detail::set_statistics(net_, statistics_); }

    void start_epoch(std::uint64_t epoch, std::size_t seen) {
        batches_.start_epoch(epoch, seen);
        if (ahead_) ahead_->prepare(batches_[0], epoch);
    }
    StepReport step(std::size_t b, std::uint64_t epoch) {
        if (!ahead_) return trainer_.train_step(data_, batches_[b]);
        const Batch<T> examples = ahead_->take();
        if (b + 1 < batches_.size()) ahead_->prepare(batches_[b + 1], epoch);
        return trainer_.train_step(examples);
    }

private:
    static constexpr std::size_t validation_batch = 256;

    Net& net_;
    const Dataset<T>& data_;
    const FitOptions<T>& options_;
    Threads threads_;
    FittedStatistics statistics_{};
    Batches batches_;
    Trainer<Net, Optimizer, Backend> trainer_;
    std::optional<Evaluator<Net, Backend>> validate_{};
    std::optional<BatchAhead<T>> ahead_{};
};

}  // namespace detail

/// Trains a model for so many epochs. Prints nothing; callbacks may. Before the first step
/// Normalize and the scale of a regression's targets get their constants from `data`, once. A
/// schedule of open length gets that of this fit. What the optimizer has pruned is pruned again in
/// a model that was put back to an earlier state.
///
/// Fits can follow each other: the optimizer goes on where it is, 2 epochs and 3 more are the same
/// as 5. A fit that was stopped within an epoch, by a callback or an exception, is gone on with
/// behind the last sample that was learned: the next fit finishes that epoch first, which counts as
/// one of its `.epochs`. The place is counted in samples, so `.batch_size` may be another. With
/// another number of samples, `.seed` or `.shuffle` the rest of that epoch is left, and a new one
/// begins; other data of the same number cannot be told from the same. History notes both.
///
/// In place of an optimizer a rule with its one rate will do: `fit(net, Adam{}, data)`. Each such
/// fit makes a new optimizer, which remembers nothing of the one before: Adam's averages, its steps
/// and a schedule begin anew. A model counts the epochs that it was fitted for, so that a new
/// optimizer goes on in the order of samples, and with Dropout's random numbers; History notes it.
///
/// A callback may call `fork`: the child trains on and ends as its parent does, with the same bits, on
/// the one thread that it has (see Threads). An augmentation may not call `fork`, nor may one that
/// takes a lock be running then.
/// @throws ArgumentError, before model or optimizer has changed, if data or options do not fit the
/// network, the optimizer was made for another model (copies of a model are the same one, and a
/// model stays itself when numbers are assigned to it or loaded), or a callback refuses this fit
/// @throws DivergenceError as the optimizer's guard says; model and optimizer are those of the last
/// good step
template <class Backend = DefaultBackend, TrainableModel Net, class Optimizer, Callback... C>
    requires detail::ends_in_head<Net>
History fit(Net& net, Optimizer&& optimizer, const Dataset<typename Net::scalar>& data,
            const FitOptions<typename Net::scalar>& options = {}, C&&... callbacks) {
    static_assert(sizeof(detail::NetworkWorks<Net, true>) > 0);
    return detail::with_optimizer(net, optimizer, [&]<class Made>(Made& made) {
        auto attached = attach_callbacks(net, callbacks...);
        attached(Preparing{"looking at the options", data.size()});
        detail::require_fit_options<Net>(data, options);
        detail::BatchSource<Backend, Net, Made> source(net, made, data, options);
        return detail::FitLoop<Net, Made, decltype(source), decltype(attached)>(net, made, options.epochs,
                                                                                source, attached)
            .run();
    });
}

// Calls that do not fit, refused in words: with options, in braces or not, and others.
template <class Backend = DefaultBackend, class Net, class Optimizer, class Data, class... C>
    requires(detail::fault_with_options<Net, Optimizer, Data, C...>() != detail::FitFault::none)
History fit(Net&&, Optimizer&&, Data&&, const FitOptions<detail::scalar_of<Net>>&, C&&...) {
    constexpr detail::FitFault fault = detail::fault_with_options<Net, Optimizer, Data, C...>();
    static_assert(sizeof(detail::RefusedFit<fault, C...>) > 0);
    return {};
}
template <class Backend = DefaultBackend, class Net, class... Rest>
    requires(!detail::plain_call<Net, Rest...>) &&
            (!detail::FitCall<Net, Rest...>::has_options &&
             detail::FitCall<Net, Rest...>::value != detail::FitFault::none)
History fit(Net&&, Rest&&...) {
    static_assert(sizeof(detail::RefusedFit<detail::FitCall<Net, Rest...>::value>) > 0);
    return {};
}

}  // namespace alrao

#pragma GCC diagnostic pop
