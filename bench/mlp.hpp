#pragma once

#include <alrao/alrao.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// The MLP of the benchmarks, with a plain last layer and with ten averaged copies of it.
struct PlainMlp : alrao::Model<alrao::Input<784>, alrao::Dense<512>, alrao::ReLU, alrao::Dense<512>,
                               alrao::ReLU, alrao::SoftmaxClassifier<10>> {
    using Model::Model;
};
struct AlraoMlp
    : alrao::Model<alrao::Input<784>, alrao::Dense<512>, alrao::ReLU, alrao::Dense<512>,
                   alrao::ReLU, alrao::AveragedHead<alrao::SoftmaxClassifier<10>, 10>> {
    using Model::Model;
};

/// A batch of noise with labels.
class Noise {
public:
    explicit Noise(std::size_t batch) : inputs_(batch * 784), labels_(batch) {
        alrao::Philox random(alrao::Seed{1}, 0);
        for (float& x : inputs_) x = static_cast<float>(random.normal());
        for (std::int32_t& label : labels_) label = static_cast<std::int32_t>(random.below(10));
    }
    alrao::Examples<float> examples() const {
        return {.inputs = inputs_.data(), .labels = labels_.data(), .batch = labels_.size()};
    }

private:
    std::vector<float> inputs_;
    std::vector<std::int32_t> labels_;
};

}  // namespace bench
