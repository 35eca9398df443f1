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

/// The order of the samples in an epoch, divided into batches; the last batch may have fewer samples. With
/// `shuffle`, each epoch has another order, which is a function of the seed and the number of the epoch.
class Batches {
public:
    /// Begins epoch 0. A `batch_size` above the number of samples gives one batch of all samples.
    /// @throws ArgumentError if there are no samples, or on a batch size of 0
    Batches(std::size_t samples, std::size_t batch_size, Seed seed, bool shuffle = true)
        : order_(samples), batch_(std::min(batch_size, samples)), seed_(seed), shuffle_(shuffle) {
        if (samples == 0) fail("alrao: Batches: there are no samples");
        if (batch_size == 0) fail("alrao: a batch needs at least one sample, got .batch_size = 0");
        start_epoch(0);
    }

    /// Begins epoch `epoch` after its first `seen` samples: the batches consist of the remaining samples, for
    /// an epoch in which an earlier fit was stopped.
    /// @throws ArgumentError if no samples remain
    void start_epoch(std::uint64_t epoch, std::size_t seen = 0) {
        if (seen >= order_.size())
            fail({"alrao: Batches: there are no samples after the first ", seen, " of ", order_.size()});
        seen_ = seen;
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        if (!shuffle_) return;
        Philox random(seed_, Stream::shuffle, epoch);
        random.shuffle(std::span<std::size_t>(order_));
    }

    /// The number of batches of this epoch, after the samples that start_epoch skipped.
    [[nodiscard]] std::size_t size() const { return size_behind(seen_); }
    /// The number of batches of an epoch after its first `seen` samples.
    [[nodiscard]] std::size_t size_behind(std::size_t seen) const {
        return (order_.size() - seen + batch_ - 1) / batch_;
    }
    /// The number of samples of this epoch up to the end of batch b.
    [[nodiscard]] std::size_t seen_after(std::size_t b) const {
        return std::min(seen_ + (b + 1) * batch_, order_.size());
    }
    /// The number of samples of the largest batch.
    [[nodiscard]] std::size_t batch_size() const { return batch_; }
    /// The indices of the samples of batch b, valid until the next call of start_epoch.
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

/// Memory for one batch, into which samples from any positions of a data set are copied.
template <class T>
class BatchBuffers {
public:
    /// For up to `batch` samples of `sample_size` inputs and `outputs` targets each.
    BatchBuffers(std::size_t batch, std::size_t sample_size, std::size_t outputs)
        : batch_(batch),
          inputs_(batch * sample_size),
          targets_(batch * outputs),
          weights_(batch),
          labels_(batch),
          selected_(batch) {}

    /// Copies the samples with these indices, in this order, and returns them as a batch, which is valid
    /// until the next call. Allocates nothing.
    /// @throws ArgumentError if they do not fit into the memory, or an index is too large
    Batch<T> gather(const Dataset<T>& data, std::span<const std::size_t> samples) {
        require_room(data, samples);
        const std::size_t size = data.sample_size();
        for (std::size_t i = 0; i < samples.size(); ++i)
            std::copy_n(data.inputs(samples[i]), size, inputs_.data() + i * size);
        return examples(data, samples);
    }

    /// As above, with each sample changed by `augment`, whose random numbers depend on seed, epoch and
    /// sample.
    /// @throws ArgumentError as above, and if `augment` wrote a number that is not finite
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
            fail("alrao: these batch buffers were made for smaller batches, or for samples of another size");
        for (const std::size_t sample : samples)
            if (sample >= data.size())
                fail({"alrao: there is no sample ", sample, ", the data have ", data.size()});
    }

    /// The inputs in this memory, with the labels, targets and weights of their samples.
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
