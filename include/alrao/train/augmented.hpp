#pragma once

#include <alrao/model/batch.hpp>
#include <alrao/train/augmentation.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/data_source.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/detail/batch_ahead.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

namespace alrao {

/// Reads Augmented samples, see DataReader. While the network learns from one batch, a second thread prepares
/// the next one. The contents of a batch do not depend on timing.
template <class T>
class AugmentedReader {
public:
    /// Refers to `data`, which must outlive the reader.
    /// @throws ArgumentError on an empty data set or a batch size of 0; std::system_error if no thread can be
    /// started
    AugmentedReader(const Dataset<T>& data, const AnyAugmentation<T>& augmentation,
                    const ReadOptions& options)
        : batches_(data.size(), options.batch_size, options.seed, options.shuffle),
          ahead_(data, batches_.batch_size(), augmentation, options.seed) {}

    void begin_epoch(std::uint64_t epoch, std::size_t seen) {
        batches_.start_epoch(epoch, seen);
        epoch_ = epoch;
        prepare(0);
    }
    [[nodiscard]] std::size_t batches(std::size_t seen) const { return batches_.size_behind(seen); }
    /// @throws ArgumentError if the augmentation wrote a number that is not finite, and what the augmentation
    /// throws
    [[nodiscard]] Batch<T> batch(std::size_t b) {
        if (prepared_ != b) prepare(b);
        prepared_ = none;
        const Batch<T> batch = ahead_.take();
        if (b + 1 < batches_.size()) prepare(b + 1);
        return batch;
    }

private:
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    void prepare(std::size_t b) {
        ahead_.prepare(batches_[b], epoch_);
        prepared_ = b;
    }

    Batches batches_;
    std::uint64_t epoch_ = 0;
    std::size_t prepared_ = none;
    BatchAhead<T> ahead_;
};

/// A data source: the samples of a data set, changed at random, in each epoch in another way (see
/// Augmentation).
///
///     fit(net, optimizer, Augmented(data, data::CropAndFlip{.padding = 4}), options);
///
/// The change of a sample is a function of the seed, the epoch and the sample. `fit` computes the constants of
/// Normalize from the unchanged samples.
template <class T>
class Augmented {
public:
    /// Refers to the numbers of `data`, as a Dataset does.
    /// @throws ArgumentError if the augmentation cannot be applied to samples of these extents
    Augmented(const Dataset<T>& data, std::type_identity_t<AnyAugmentation<T>> augmentation)
        : data_(data), augmentation_(std::move(augmentation)) {
        augmentation_.check_extents(data.sample());
    }

    /// Number and extents of the samples, see DataSource.
    [[nodiscard]] DataContents contents() const { return data_.contents(); }
    /// A reader of the changed samples, see DataSource. It refers to this object, which must outlive it.
    /// @throws ArgumentError on an empty data set, or a batch size of 0
    [[nodiscard]] AugmentedReader<T> reader(const ReadOptions& options) const {
        return AugmentedReader<T>(data_, augmentation_, options);
    }
    /// The samples before augmentation.
    [[nodiscard]] const Dataset<T>& unchanged() const { return data_; }

private:
    Dataset<T> data_;
    AnyAugmentation<T> augmentation_;
};

}  // namespace alrao
