#pragma once

#include <alrao/tensor/philox.hpp>
#include <alrao/train/data_source.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

namespace toy {

using namespace alrao;

/// A data source that shares no code with Dataset. Each sample has two numbers and a label. `spoil` changes each
/// batch before it is returned.
struct OwnSource {
    std::vector<float> points;
    std::vector<std::int32_t> labels;
    DataContents holds{.samples = labels.size(), .sample = Extents{2}};
    std::function<void(Batch<float>&)> spoil{};

    struct Reader {
        const OwnSource* source;
        ReadOptions options;
        std::vector<std::size_t> order;
        std::vector<float> inputs;
        std::vector<std::int32_t> labels;
        std::size_t begin = 0;

        void begin_epoch(std::uint64_t epoch, std::size_t seen) {
            begin = seen;
            order.resize(source->labels.size());
            std::iota(order.begin(), order.end(), std::size_t{0});
            if (options.shuffle)
                Philox(options.seed, Stream::shuffle, epoch).shuffle(std::span<std::size_t>(order));
        }
        std::size_t batches(std::size_t seen) const {
            return (source->labels.size() - seen + options.batch_size - 1) / options.batch_size;
        }
        Batch<float> batch(std::size_t b) {
            inputs.clear();
            labels.clear();
            const std::size_t first = begin + b * options.batch_size;
            for (std::size_t i = first; i < order.size() && i < first + options.batch_size; ++i) {
                inputs.push_back(source->points[2 * order[i]]);
                inputs.push_back(source->points[2 * order[i] + 1]);
                labels.push_back(source->labels[order[i]]);
            }
            Batch<float> batch{
                .inputs = inputs.data(), .truth = {.labels = labels.data()}, .samples = labels.size()};
            if (source->spoil) source->spoil(batch);
            return batch;
        }
    };

    DataContents contents() const { return holds; }
    Reader reader(const ReadOptions& options) const {
        return {.source = this, .options = options, .order = {}, .inputs = {}, .labels = {}};
    }
};

}  // namespace toy
