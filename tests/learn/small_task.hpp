#pragma once

#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/learn/alrao_optimizer.hpp>
#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/learn/step.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/gaussian_head.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/softmax_head.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

/// Small networks and batches on which whole steps are tested.
namespace small {

using namespace alrao;

template <class T, std::size_t Copies>
struct Mlp : Model<T, Input<6>, Dense<16>, ReLU, Dense<8>, ReLU, AveragedHead<SoftmaxClassifier<3>, Copies>> {
    using Mlp::Model::Model;
};
template <class T>
struct Plain : Model<T, Input<6>, Dense<16>, ReLU, Dense<8>, ReLU, SoftmaxClassifier<3>> {
    using Plain::Model::Model;
};
template <class T>
struct Normalized : Model<T, Input<6>, Dense<16>, BatchNorm, ReLU, Dense<8>, LayerNorm, Tanh,
                          AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Normalized::Model::Model;
};

template <class T>
struct Regression
    : Model<T, Input<6>, Dense<16>, ReLU, Dense<8>, ReLU, AveragedHead<GaussianRegressor<1>, 4>> {
    using Regression::Model::Model;
};

inline constexpr std::size_t batch = 12;

/// Batch `number` of an unlimited sequence.
template <class T>
struct Batches {
    std::vector<T> inputs = std::vector<T>(batch * 6);
    std::vector<std::int32_t> labels = std::vector<std::int32_t>(batch);
    std::vector<T> targets = std::vector<T>(batch);

    Batch<T> at(std::uint64_t number) {
        Philox random(Seed{77}, number);
        for (std::size_t i = 0; i < batch; ++i) {
            double score = 0;
            for (std::size_t k = 0; k < 6; ++k) {
                const double x = random.normal();
                inputs[i * 6 + k] = static_cast<T>(x);
                score += k < 3 ? x : 0.3 * x * x;
            }
            targets[i] = static_cast<T>(score / 2);
            labels[i] = score < 0 ? 0 : score < 2 ? 1 : 2;
        }
        return {.inputs = inputs.data(),
                .truth = {.labels = labels.data(), .targets = targets.data()},
                .samples = batch};
    }
};

template <class T>
bool same_bits(std::span<const T> a, std::span<const T> b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

template <class Net>
bool same_model(const Net& a, const Net& b) {
    return same_bits(a.parameter_buffer(), b.parameter_buffer()) &&
           same_bits(a.statistic_buffer(), b.statistic_buffer()) && a.posterior() == b.posterior();
}

template <class T>
bool same_state(const OptimizerSnapshot<T>& a, const OptimizerSnapshot<T>& b) {
    return same_bits(a.rates.span(), b.rates.span()) && same_bits(a.memory.span(), b.memory.span()) &&
           a.limits == b.limits && a.steps == b.steps && a.schedule_steps == b.schedule_steps &&
           a.pruned.size() == b.pruned.size();
}

template <class T>
bool all_finite(std::span<const T> values) {
    for (const T x : values)
        if (!is_finite(x)) return false;
    return true;
}

}  // namespace small
