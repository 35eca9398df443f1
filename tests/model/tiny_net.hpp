#pragma once

#include <alrao/model/model.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/model/training_pass.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/softmax_head.hpp>

#include <cstdint>
#include <vector>

/// A small network and a batch for tests of Workspace, TrainingPass and their parts.
struct TinyNet : alrao::Model<alrao::Input<6>, alrao::Dense<9>, alrao::BatchNorm, alrao::ReLU,
                              alrao::AveragedHead<alrao::SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};

struct TinyBatch {
    std::size_t batch;
    std::vector<float> inputs;
    std::vector<std::int32_t> labels;

    explicit TinyBatch(std::size_t size, std::uint64_t seed = 1) : batch(size) {
        alrao::Philox random(alrao::Seed{seed}, 0);
        for (std::size_t i = 0; i < 6 * size; ++i) inputs.push_back(static_cast<float>(random.normal()));
        for (std::size_t i = 0; i < size; ++i) labels.push_back(static_cast<std::int32_t>(random.below(3)));
    }
    alrao::Batch<float> examples() const {
        return {.inputs = inputs.data(), .truth = {.labels = labels.data()}, .samples = batch};
    }
};
