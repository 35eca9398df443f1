#pragma once

#include <alrao/learn/step.hpp>
#include <alrao/model/data_place.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/any_source.hpp>
#include <alrao/train/detail/data_notes.hpp>
#include <alrao/train/detail/fitted_statistics.hpp>
#include <alrao/train/detail/source_check.hpp>
#include <alrao/train/evaluate.hpp>
#include <alrao/train/fit_options.hpp>
#include <alrao/train/history.hpp>
#include <alrao/train/trainer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace alrao::detail {

/// Whether the network has a BatchNorm on flat features, which cannot be trained on a batch of one sample:
/// each channel then has one value, and the variance is 0.
template <class Net>
constexpr bool needs_two_samples() {
    for (const graph::Node& node : Net::network::chain.nodes)
        if (node.facts.normalizes_over_batch && node.input.pixels() == 1) return true;
    return false;
}

/// The smallest batch size above `batch` for which no batch has one sample.
[[nodiscard]] constexpr std::size_t batch_without_rest_of_one(std::size_t batch, std::size_t samples) {
    do ++batch;
    while (samples % batch == 1);
    return batch;
}

/// @throws ArgumentError if a batch of an epoch has one sample or token, which BatchNorm cannot be trained on
[[gnu::cold]] inline void require_two_samples(const DataContents& contents, std::size_t batch_size) {
    if (contents.streams > 0) {
        const std::size_t steps = contents.samples / contents.streams;
        if (contents.streams == 1 && (contents.time_steps == 1 || steps % contents.time_steps == 1))
            fail({"alrao: fit: BatchNorm cannot be trained on one token. With chunks of ",
                  contents.time_steps, ", the last chunk of a stream of ", steps,
                  " steps has one token; use another .chunk, or more .streams"});
        return;
    }
    const std::size_t samples = contents.samples, batch = std::min(batch_size, samples);
    if (samples == 1) fail("alrao: fit: BatchNorm cannot be trained on one sample, and the data have one");
    if (batch == 1 || samples % batch == 1)
        fail({"alrao: fit: BatchNorm cannot be trained on one sample. With batches of ", batch,
              ", the last batch of ", samples, " samples has one sample; use another .batch_size, such as ",
              batch_without_rest_of_one(batch, samples)});
}

/// Checks the rest of an epoch in which an earlier fit was stopped after `seen` samples.
/// @throws ArgumentError if BatchNorm cannot be trained on it, because a batch of it has one sample or token
[[gnu::cold]] inline void require_two_samples_behind(const DataContents& contents, std::size_t batch,
                                                     std::size_t seen) {
    constexpr const char* leave = "begin a new epoch: optimizer.leave_epoch(), net.place().leave_epoch()";
    const std::size_t streams = std::max<std::size_t>(contents.streams, 1);
    const std::size_t rest = contents.samples / streams - seen / streams;
    if (contents.streams > 0) {
        if (streams == 1 && rest % contents.time_steps == 1)
            fail(
                {"alrao: fit: BatchNorm cannot be trained on one token. An earlier fit was stopped within an "
                 "epoch, of which ",
                 rest, " steps remain. With chunks of ", contents.time_steps,
                 ", the last chunk of them has one token; use another .chunk, or ", leave});
        return;
    }
    if (rest % batch != 1) return;
    if (rest == 1)
        fail(
            {"alrao: fit: BatchNorm cannot be trained on one sample, and an earlier fit was stopped before "
             "the last one of an epoch; ",
             leave});
    std::size_t other = batch;
    do other = batch_without_rest_of_one(other, contents.samples);
    while (rest % other == 1);
    fail(
        {"alrao: fit: BatchNorm cannot be trained on one sample. An earlier fit was stopped within an "
         "epoch, of which ",
         rest, " samples remain. With batches of ", batch,
         ", the last batch of them has one sample; use another .batch_size, such as ", other, ", or ",
         leave});
}

/// Checks data and options before a fit.
/// @param two_samples whether each batch needs at least two samples
/// @throws ArgumentError if data or options do not fit the network
template <class T>
[[gnu::cold]] void require_fit_options(const AnySource<T>& data, const FitOptions<T>& options,
                                       const DataNeeds& needs, bool two_samples) {
    require_fitting_source(data, needs, "fit");
    const DataContents contents = data.contents();
    if (options.batch_size == 0) fail("alrao: fit: a batch needs at least one sample, got 0");
    if (contents.streams > 0 && options.batch_size != FitOptions<T>::default_batch_size &&
        options.batch_size != contents.streams)
        fail({"alrao: fit: .batch_size is ", options.batch_size, ", but these data are read in ",
              contents.streams, " streams, which form the batch: omit .batch_size"});
    if (options.validation) require_fitting_source(*options.validation, needs, "fit: validation");
    if (options.epochs > 0 && two_samples) require_two_samples(contents, options.batch_size);
}

/// Provides the batches and steps of a fit, see FitLoop.
template <class Backend, class Net, class Optimizer>
class FitSource {
    using T = typename Net::scalar;

public:
    FitSource(Net& net, Optimizer& optimizer, const AnySource<T>& data, const FitOptions<T>& options)
        : net_(net),
          data_(data),
          options_(options),
          threads_(options.threads),
          reader_(data, {.batch_size = options.batch_size, .seed = options.seed, .shuffle = options.shuffle},
                  &needs),
          trainer_(net, optimizer, reader_.batch_size(), threads_, options.seed, contents().time_steps) {
        if (options.validation) validate_.emplace(*options.validation, validation_batch, threads_);
    }

    std::size_t samples() const { return contents().samples; }
    SampleOrder order() const {
        const bool shuffled = options_.shuffle && contents().streams == 0;
        return {.samples = contents().samples,
                .streams = contents().streams,
                .seed = shuffled ? options_.seed.value : 0,
                .shuffled = shuffled};
    }
    std::size_t steps_behind(std::size_t seen) const { return reader_.batches(seen); }
    std::size_t seen() const { return reader_.seen(); }
    std::size_t values() const {
        return contents().selects_outputs || contents().streams > 0 ? 1 : Net::network::output_shape.size();
    }
    /// After an epoch or a part of it: puts the average of the parameters into the model, if the optimizer
    /// keeps one, and measures the statistics of BatchNorm again, on `batches_of_statistics` batches. If the
    /// epoch has fewer batches, they are read several times.
    void use_average(std::uint64_t epoch) {
        Optimizer& optimizer = trainer_.optimizer();
        if (!optimizer.averages_weights()) return;
        optimizer.use_average(net_);
        if constexpr (keeps_batch_statistics) {
            reader_.begin_epoch(epoch, 0);
            const std::size_t count = reader_.batches(0);
            TrainingPass<Net, Backend>& pass = trainer_.pass();
            for (std::size_t b = 0; b < batches_of_statistics; ++b) {
                if (b > 0 && b % count == 0) reader_.begin_epoch(epoch, 0);
                pass.forward(net_, reader_.batch(b % count), {options_.seed.value, b}, false);
                pass.commit(net_);
            }
        }
    }
    bool validates() const { return validate_.has_value(); }
    Evaluation validate() { return (*validate_)(net_); }

    [[gnu::cold]] void look(History& history) {
        if (const Dataset<T>* const dataset = data_.dataset()) {
            const Dataset<T>* const validation =
                options_.validation ? options_.validation->dataset() : nullptr;
            statistics_ = look_at_data(net_, *dataset, validation, history.messages);
        } else if (data_.streams() == nullptr) {
            statistics_ = look_at_source(net_, data_, history.messages);
        }
    }
    [[gnu::cold]] void require_behind(std::size_t seen) const {
        if (needs_two_samples<Net>()) require_two_samples_behind(contents(), reader_.batch_size(), seen);
    }
    static constexpr bool takes_statistics() {
        return has_normalize<Net> || task_of<Net> == Task::regression;
    }
    [[gnu::cold]] void begin() { set_statistics(net_, statistics_); }

    /// Sets the carried state of a recurrent network: to 0 at the beginning of an epoch, and within an epoch
    /// (`seen` above 0) to the state that the optimizer has stored, if there is one.
    void start_epoch(std::uint64_t epoch, std::size_t seen) {
        reader_.begin_epoch(epoch, seen);
        if (contents().streams == 0) return;
        trainer_.state().reset();
        if (seen == 0) return;
        const AlignedBuffer<T>& carried = parts_of(trainer_.optimizer()).carried;
        const std::span<T> now = trainer_.state().numbers();
        if (carried.size() == now.size()) std::copy_n(carried.data(), now.size(), now.data());
    }
    StepReport step(std::size_t b) {
        const StepReport report = trainer_.train_step(reader_.batch(b));
        if (contents().streams > 0) keep_carried();
        return report;
    }
    void require_whole_epoch() const { reader_.require_whole_epoch(); }

private:
    /// With BatchNorm's momentum of 0.1, the running statistics from before have a weight of 0.9^50 = 0.5 %
    /// after them.
    static constexpr std::size_t batches_of_statistics = 50;
    static constexpr bool keeps_batch_statistics = [] {
        for (const graph::Node& node : Net::network::chain.nodes)
            if (node.facts.statistics.size > 0 && node.facts.normalizes_over_batch) return true;
        return false;
    }();
    static constexpr std::size_t validation_batch = 256;
    static constexpr DataNeeds needs = data_needs<Net>();

    const DataContents& contents() const { return reader_.contents(); }

    /// Stores the carried state in the optimizer, for a fit that continues within the epoch.
    void keep_carried() {
        parts_of(trainer_.optimizer()).keep_carried(std::as_const(trainer_.state()).numbers());
    }

    Net& net_;
    const AnySource<T>& data_;
    const FitOptions<T>& options_;
    Threads threads_;
    SourceReader<T> reader_;
    FittedStatistics statistics_{};
    Trainer<Net, Optimizer, Backend> trainer_;
    std::optional<Evaluator<Net, Backend>> validate_{};
};

}  // namespace alrao::detail
