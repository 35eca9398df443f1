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

namespace detail {
/// What is missing in a rule with its rate, or wrong: the first thing only.
enum class SpecFault : unsigned char { none, rule_type, rule, rate };

/// What means to be one.
template <class Spec>
inline constexpr bool like_spec =
    requires { typename Spec::Rule; } ||
    (
        requires(const Spec spec) { spec.rate; } && requires(const Spec spec) { spec.rule(); });

template <class Spec>
constexpr SpecFault spec_fault() {
    using F = SpecFault;
    if constexpr (!requires { typename Spec::Rule; }) return F::rule_type;
    else if constexpr (!requires(const Spec spec) {
                           { spec.rule() } -> std::same_as<typename Spec::Rule>;
                       })
        return F::rule;
    else if constexpr (!requires(const Spec spec) {
                           { spec.rate } -> std::convertible_to<double>;
                       })
        return F::rate;
    else return F::none;
}
template <class Spec>
struct CheckedSpec {
    static constexpr SpecFault fault = spec_fault<Spec>();

    static_assert(fault != SpecFault::rule_type,
                  "alrao: a rule with its rate names the type of the rule: using Rule = rule::Sgd;");
    static_assert(fault != SpecFault::rule,
                  "alrao: a rule with its rate has `Rule rule() const`: the rule without the rate");
    static_assert(fault != SpecFault::rate, "alrao: a rule with its rate has a member `double rate`");
};
}  // namespace detail

/// Stochastic gradient descent; the fields are those of rule::Sgd and of PyTorch's SGD.
struct Sgd {
    using Rule = rule::Sgd;
    double rate;              ///< of all parameters, above 0; has no default
    double momentum = 0;      ///< share of the last step's direction that is kept, from 0 to below 1
    bool nesterov = false;    ///< Nesterov's momentum: looks a step ahead; needs momentum above 0
    double weight_decay = 0;  ///< coupled: this share of w is added to the gradient

    [[nodiscard]] Rule rule() const {
        return {.momentum = momentum, .nesterov = nesterov, .weight_decay = weight_decay};
    }
};

/// Adam with PyTorch's defaults.
struct Adam {
    using Rule = rule::Adam;
    double rate = 1e-3;       ///< of all parameters, above 0
    double beta1 = 0.9;       ///< share that the mean of gradients keeps at each step
    double beta2 = 0.999;     ///< share that the mean of their squares keeps
    double epsilon = 1e-8;    ///< added to the root of that mean, so that nothing is divided by 0
    double weight_decay = 0;  ///< coupled: this share of w is added to the gradient

    [[nodiscard]] Rule rule() const {
        return {.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .weight_decay = weight_decay};
    }
};

/// AdamW with PyTorch's defaults and PyTorch's meaning: a step takes (schedule x rate x
/// weight_decay) of w.
struct AdamW {
    using Rule = rule::AdamW;
    double rate = 1e-3;          ///< of all parameters, above 0
    double beta1 = 0.9;          ///< share that the mean of gradients keeps at each step
    double beta2 = 0.999;        ///< share that the mean of their squares keeps
    double epsilon = 1e-8;       ///< added to the root of that mean, so that nothing is divided by 0
    double weight_decay = 1e-2;  ///< decoupled: a step takes (schedule x rate x this) of w

    [[nodiscard]] Rule rule() const {
        return {.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .decoupled_decay = rate * weight_decay};
    }
};

}  // namespace alrao
