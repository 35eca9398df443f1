#pragma once

#include <alrao/model/batch.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/data_source.hpp>
#include <alrao/train/dataset.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>

namespace alrao {

/// Reads a Dataset, see DataReader. Without shuffling, and if the data set is no `part` and has no class
/// weights, a batch refers to the memory of the data set; otherwise the samples are copied. Allocates memory
/// in its constructor only.
template <class T>
class DatasetReader {
public:
    /// Refers to `data`, which must outlive the reader.
    /// @throws ArgumentError on an empty data set, or a batch size of 0
    DatasetReader(const Dataset<T>& data, const ReadOptions& options)
        : data_(&data),
          views_(!options.shuffle && data.in_memory_order() && !data.has_weights()),
          batches_(data.size(), options.batch_size, options.seed, options.shuffle),
          buffers_(views_ ? 0 : batches_.batch_size(), data.sample_size(), data.outputs()) {}

    void begin_epoch(std::uint64_t epoch, std::size_t seen) { batches_.start_epoch(epoch, seen); }
    [[nodiscard]] std::size_t batches(std::size_t seen) const { return batches_.size_behind(seen); }
    [[nodiscard]] Batch<T> batch(std::size_t b) {
        const std::span<const std::size_t> samples = batches_[b];
        if (!views_) return buffers_.gather(*data_, samples);
        const std::size_t first = samples.front();
        Batch<T> batch{.inputs = data_->inputs(first), .samples = samples.size()};
        if (data_->has_labels()) batch.truth.labels = data_->label_data(first);
        if (data_->has_targets()) batch.truth.targets = data_->targets(first);
        if (data_->has_selected()) batch.truth.selected = data_->selected_data(first);
        return batch;
    }

private:
    const Dataset<T>* data_;
    bool views_;
    Batches batches_;
    BatchBuffers<T> buffers_;
};

template <std::floating_point T>
DatasetReader<T> Dataset<T>::reader(const ReadOptions& options) const {
    return DatasetReader<T>(*this, options);
}

}  // namespace alrao
