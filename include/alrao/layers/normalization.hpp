#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/layers/kernel_traits.hpp>

namespace alrao {

namespace layers {
/// Adds the parameters scale [channels] and shift [channels] to the facts of a normalisation.
constexpr void push_scale_and_shift(Facts& facts, std::size_t channels) {
    facts.parameters.push({.name = "scale",
                           .extents = Extents{channels},
                           .role = Role::scale,
                           .fan_in = 1,
                           .fan_out = 1,
                           .feature_axis = 0,
                           .official_group = 0});
    facts.parameters.push({.name = "shift",
                           .extents = Extents{channels},
                           .role = Role::shift,
                           .fan_in = 1,
                           .fan_out = 1,
                           .feature_axis = 0,
                           .official_group = 1});
}
}  // namespace layers

/// Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167): for each channel,
///   y = scale (x - mean) / sqrt(variance + epsilon) + shift.
/// In training, mean and variance are taken over the batch and all pixels; in prediction, the running mean
/// and variance are used. epsilon 1e-5, momentum 0.1, as in PyTorch.
///
/// Input:      [n] or [height, width, channels]. Output: the same.
/// Parameters: scale [channels*], shift [channels*].
/// Statistics: running_mean [channels], running_variance [channels] (unbiased).
/// Feature (*): a channel; its scale and shift share one learning rate.
/// Throws:     ArgumentError in training if there is one value per channel (flat input, batch size 1).
struct BatchNorm {
    static constexpr std::string_view name = "BatchNorm";
    enum Parameters : std::size_t { scale, shift };
    enum Statistics : std::size_t { running_mean, running_variance };
    static constexpr double epsilon = 1e-5, momentum = 0.1;
    static constexpr Facts facts(const Shape& input) {
        const std::size_t channels = input.channels();
        Facts facts = Facts::same_shape(input);
        layers::push_scale_and_shift(facts, channels);
        facts.statistics.push({.name = "running_mean", .size = channels, .initial = 0});
        facts.statistics.push({.name = "running_variance", .size = channels, .initial = 1});
        facts.saved.fixed = 2 * rounded_up(channels, 16);  // mean, variance
        facts.backward_needs_input = facts.normalizes_over_batch = true;
        facts.flops = 8.0 * static_cast<double>(input.size());
        facts.backward_flops = 11.0 * static_cast<double>(input.size());
        return facts;
    }
    static constexpr KernelTraits kernel_traits(const Shape& input) {
        return {.ends_with_relu = true,
                .differentiates_relu = true,
                .ends_with_pooling = input.rank() == 3,
                .reads_statistics = true,
                .works_in_place = true};
    }
};

/// Layer normalisation (Ba, Kiros and Hinton, arXiv 1607.06450): the formula of BatchNorm, with mean and
/// variance over the features of each sample (over the channels of each pixel of an image), in training
/// and in prediction. epsilon 1e-5, as in PyTorch.
///
/// Input:      any shape of at least two channels, also per token. Output: the same.
/// Parameters: scale [channels*], shift [channels*].
/// Feature (*): a channel; its scale and shift share one learning rate.
struct LayerNorm {
    static constexpr std::string_view name = "LayerNorm";
    enum Parameters : std::size_t { scale, shift };
    static constexpr double epsilon = 1e-5;
    static constexpr Facts facts(const Shape& input) {
        const std::size_t channels = input.channels();
        if (channels < 2)
            return Facts::refused(Refusal{Reason::needs_more_than_one_value_per_feature, channels});
        Facts facts = Facts::same_shape(input);
        layers::push_scale_and_shift(facts, channels);
        (input.per_token ? facts.saved.per_token : facts.saved.per_sample) = 2 * input.pixels();
        facts.backward_needs_input = true;
        facts.flops = 8.0 * static_cast<double>(input.size());
        facts.backward_flops = 11.0 * static_cast<double>(input.size());
        return facts;
    }
};

/// Standardises the network's input: y = (x - mean) / deviation for each channel (each feature of a flat
/// input). Mean and deviation are constants that `fit` computes once from the training data, before the
/// first step, or that `normalize_by` sets; they are saved with the model. They are computed in double and
/// stay accurate if values are large compared with their deviation; x - mean is computed first, in the
/// model's scalar type T. A channel whose values are all equal becomes exactly 0. A channel that varies by no
/// more than the rounding error of T (deviation at most numeric_limits<T>::epsilon() times |mean|) becomes
/// nearly 0. `fit` reports both cases in History::messages.
///
/// Input:      any shape; must be the first layer. Output: the same. Parameters: none.
/// Statistics: mean [channels], deviation [channels], fitted [1] (0 until computed or set).
struct Normalize {
    static constexpr std::string_view name = "Normalize";
    enum Statistics : std::size_t { mean, deviation, fitted };
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.statistics.push({.name = "mean", .size = input.channels(), .initial = 0});
        facts.statistics.push({.name = "deviation", .size = input.channels(), .initial = 1});
        facts.statistics.push({.name = "fitted", .size = 1, .initial = 0});
        const std::size_t channels = input.channels();
        facts.forward_scratch.fixed = 2 * (channels < 64 ? channels * 16 : channels);
        facts.needs_to_be_first = facts.is_fitted_to_inputs = true;
        facts.flops = 2.0 * static_cast<double>(input.size());
        return facts;
    }
};

}  // namespace alrao
