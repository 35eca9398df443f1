#pragma once

#include <alrao/learn/rule.hpp>

#include <concepts>

namespace alrao {

/// A rule with the one learning rate of all parameters: a baseline for Alrao.
template <class Spec>
concept OneRateSpec = requires(const Spec spec) {
    typename Spec::Rule;
    { spec.rule() } -> std::same_as<typename Spec::Rule>;
    { spec.rate } -> std::convertible_to<double>;
};

/// Stochastic gradient descent; the fields are those of rule::Sgd and of PyTorch's SGD.
struct Sgd {
    using Rule = rule::Sgd;
    double rate;
    double momentum = 0;
    bool nesterov = false;
    double weight_decay = 0;

    [[nodiscard]] Rule rule() const {
        return {.momentum = momentum, .nesterov = nesterov, .weight_decay = weight_decay};
    }
};

/// Adam with PyTorch's defaults.
struct Adam {
    using Rule = rule::Adam;
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;

    [[nodiscard]] Rule rule() const {
        return {.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .weight_decay = weight_decay};
    }
};

/// AdamW with PyTorch's defaults and PyTorch's meaning: a step takes (schedule x rate x
/// weight_decay) of w.
struct AdamW {
    using Rule = rule::AdamW;
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 1e-2;

    [[nodiscard]] Rule rule() const {
        return {.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon,
                .decoupled_decay = rate * weight_decay};
    }
};

}  // namespace alrao
