#pragma once

// Data sets of the scoreboard in memory, with inputs of mean 0 and deviation 1 (times the factor of the shift).

#include "run.hpp"

#include <alrao/data/cifar.hpp>
#include <alrao/data/fashion_mnist.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace scoreboard {

/// Inputs, and labels or targets, of one part of a data set.
struct Part {
    std::vector<float> inputs{}, targets{};
    std::vector<std::int32_t> labels{};

    Dataset<float> dataset(const Extents& sample, std::size_t outputs) const {
        if (outputs == 0) return Dataset<float>(inputs.data(), labels.data(), labels.size(), sample);
        return Dataset<float>(inputs.data(), targets.data(), targets.size() / outputs, sample, outputs);
    }
};

struct Parts {
    Part train{}, validation{}, test{};
};

/// The number of samples of an epoch and the number of epochs for `steps` batches: as few epochs as possible.
struct Length {
    std::size_t samples, epochs;
};
inline Length length_of(std::size_t steps, std::size_t batch, std::size_t available) {
    const std::size_t wanted = steps * batch, epochs = (wanted + available - 1) / available;
    return {wanted / epochs, epochs};
}

/// `steps`, `batch`: in the usual form. Batches of 512 are trained for a quarter of the steps, to limit the time of a run.
struct Usual {
    std::size_t steps, batch, available;

    std::size_t batch_of(const Shift& shift) const { return shift.batch > 0 ? shift.batch : batch; }
    Length of(const Shift& shift) const {
        const double share = shift.batch >= 512 ? 0.25 : 1;
        const auto count = static_cast<std::size_t>(static_cast<double>(steps) * shift.length * share);
        return length_of(count, batch_of(shift), available);
    }
};

inline Part images(const data::LabelledImages& all, std::size_t first, std::size_t count,
                   std::span<const double> mean, std::span<const double> deviation, double factor) {
    Part part;
    const std::size_t channels = all.channels;
    for (std::size_t i = first; i < first + count; ++i) {
        const std::span<const float> image = all.image(i);
        for (std::size_t k = 0; k < image.size(); ++k)
            part.inputs.push_back(static_cast<float>(
                factor * (static_cast<double>(image[k]) - mean[k % channels]) / deviation[k % channels]));
        part.labels.push_back(all.labels[i]);
    }
    return part;
}

/// Fashion-MNIST: `count` training images from the first 55,000, the other 5,000 for validation.
inline Parts fashion(std::size_t count, double factor) {
    const data::FashionMnist all = data::fashion_mnist();
    const std::vector<double> mean{0.2860}, deviation{0.3530};
    return {images(all.train, 0, count, mean, deviation, factor),
            images(all.train, 55'000, 5'000, mean, deviation, factor),
            images(all.test, 0, 10'000, mean, deviation, factor)};
}
/// CIFAR-10: `count` training images from the first 10,000, 2,000 of the others for validation, 5,000 for the test.
inline Parts cifar(const Run& run, std::size_t count) {
    const data::Cifar all = data::cifar10(run.data);
    return {images(all.train, 0, count, data::cifar10_mean, data::cifar10_deviation, run.shift.inputs),
            images(all.train, 45'000, 2'000, data::cifar10_mean, data::cifar10_deviation, run.shift.inputs),
            images(all.test, 0, 5'000, data::cifar10_mean, data::cifar10_deviation, run.shift.inputs)};
}

inline Data data_of(const Parts& parts, const Extents& sample, const Usual& usual, const Run& run,
                    std::size_t outputs = 0, double unit = 1) {
    const Length length = usual.of(run.shift);
    return {.train = parts.train.dataset(sample, outputs),
            .validation = parts.validation.dataset(sample, outputs),
            .test = parts.test.dataset(sample, outputs),
            .batch = usual.batch_of(run.shift),
            .epochs = length.epochs,
            .unit = unit};
}

}  // namespace scoreboard
