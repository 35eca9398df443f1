#pragma once

#include <alrao/model/batch.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/train/augmentation.hpp>
#include <alrao/train/dataset.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace alrao {

/// The order in which samples come: cut into batches, the last one shorter if need be, shuffled anew
/// for each epoch. An epoch's order is a pure function of seed and epoch number.
class Batches {
public:
    /// @throws ArgumentError on no samples or a batch size of 0
    Batches(std::size_t samples, std::size_t batch_size, Seed seed, bool shuffle = true)
        : order_(samples), batch_(std::min(batch_size, samples)), seed_(seed), shuffle_(shuffle) {
        if (samples == 0) fail("alrao: Batches: there are no samples");
        if (batch_size == 0) fail("alrao: a batch needs at least one sample, got .batch_size = 0");
        start_epoch(0);
    }

    /// Batches are then those of the samples behind the first `seen` in the epoch's order: of one in
    /// which an earlier fit was stopped.
    /// @throws ArgumentError if there are no samples behind them
    void start_epoch(std::uint64_t epoch, std::size_t seen = 0) {
        if (seen >= order_.size())
            fail({"alrao: Batches: there are no samples behind the first ", seen, " of ", order_.size()});
        seen_ = seen;
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        if (!shuffle_) return;
        Philox random(seed_, Stream::shuffle, epoch);
        random.shuffle(std::span<std::size_t>(order_));
    }

    /// Batches of this epoch.
    [[nodiscard]] std::size_t size() const { return size_behind(seen_); }
    /// Batches of an epoch of which the first `seen` samples do not come again.
    [[nodiscard]] std::size_t size_behind(std::size_t seen) const {
        return (order_.size() - seen + batch_ - 1) / batch_;
    }
    /// Samples of this epoch that are behind once batch b was learned.
    [[nodiscard]] std::size_t seen_after(std::size_t b) const {
        return std::min(seen_ + (b + 1) * batch_, order_.size());
    }
    /// Samples of the largest batch.
    [[nodiscard]] std::size_t batch_size() const { return batch_; }
    /// Numbers of the samples of batch b.
    [[nodiscard]] std::span<const std::size_t> operator[](std::size_t b) const {
        const std::size_t first = seen_ + b * batch_;
        return std::span(order_).subspan(first, std::min(batch_, order_.size() - first));
    }

private:
    std::vector<std::size_t> order_;
    std::size_t batch_, seen_ = 0;
    Seed seed_;
    bool shuffle_;
};

/// Memory for one batch, into which samples from anywhere in a data set are gathered.
template <class T>
class BatchBuffers {
public:
    BatchBuffers(std::size_t batch, std::size_t sample_size, std::size_t outputs)
        : batch_(batch),
          inputs_(batch * sample_size),
          targets_(batch * outputs),
          weights_(batch),
          labels_(batch),
          selected_(batch) {}

    /// Copies the numbered samples here, one after the other. Allocates nothing.
    /// @throws ArgumentError if they are more than the memory was made for, or one of them is none
    Batch<T> gather(const Dataset<T>& data, std::span<const std::size_t> samples) {
        require_room(data, samples);
        const std::size_t size = data.sample_size();
        for (std::size_t i = 0; i < samples.size(); ++i)
            std::copy_n(data.inputs(samples[i]), size, inputs_.data() + i * size);
        return examples(data, samples);
    }

    /// The same, each sample changed as `augment` does it in this epoch.
    /// @throws ArgumentError if a number that it wrote is not finite
    Batch<T> gather(const Dataset<T>& data, std::span<const std::size_t> samples,
                    const AnyAugmentation<T>& augment, Seed seed, std::uint64_t epoch) {
        require_room(data, samples);
        const std::size_t size = data.sample_size();
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const std::span<T> to = inputs_.span().subspan(i * size, size);
            augment({data.inputs(samples[i]), size}, data.sample(), to,
                    augmentation_numbers(seed, epoch, data.place(samples[i])));
            bool finite = true;
            for (const T x : to) finite &= is_finite(x);
            if (!finite)
                fail(
                    {"alrao: the augmentation of sample ", samples[i], " wrote a number that is not finite"});
        }
        return examples(data, samples);
    }

private:
    void require_room(const Dataset<T>& data, std::span<const std::size_t> samples) const {
        if (samples.size() > batch_ || data.sample_size() * batch_ != inputs_.size() ||
            data.outputs() * samples.size() > targets_.size())
            fail("alrao: these batch buffers were made for other samples, or for fewer");
        for (const std::size_t sample : samples)
            if (sample >= data.size())
                fail({"alrao: there is no sample ", sample, ", the data have ", data.size()});
    }

    /// The inputs that are here, with what else belongs to their samples.
    Batch<T> examples(const Dataset<T>& data, std::span<const std::size_t> samples) {
        Batch<T> examples{.inputs = inputs_.data(), .samples = samples.size()};
        if (data.has_labels()) {
            for (std::size_t i = 0; i < samples.size(); ++i) labels_.data()[i] = data.label(samples[i]);
            examples.truth.labels = labels_.data();
        }
        if (data.has_targets()) {
            for (std::size_t i = 0; i < samples.size(); ++i)
                std::copy_n(data.targets(samples[i]), data.outputs(), targets_.data() + i * data.outputs());
            examples.truth.targets = targets_.data();
        }
        if (data.has_selected()) {
            for (std::size_t i = 0; i < samples.size(); ++i) selected_.data()[i] = data.selected(samples[i]);
            examples.truth.selected = selected_.data();
        }
        if (data.has_weights()) {
            for (std::size_t i = 0; i < samples.size(); ++i) weights_.data()[i] = data.weight(samples[i]);
            examples.truth.weights = weights_.data();
        }
        return examples;
    }

    std::size_t batch_;
    AlignedBuffer<T> inputs_, targets_, weights_;
    AlignedBuffer<std::int32_t> labels_, selected_;
};

}  // namespace alrao
