#pragma once

#include <alrao/learn/rule.hpp>

#include <concepts>

namespace alrao {

/// An update rule together with one learning rate for all parameters, for OneRateOptimizer and `fit`. It has
/// a type `Rule`, a function `Rule rule() const` that returns the rule without the rate, and a member
/// `double rate`. Optional: functions `centre() const` and `weight_average() const`, which return the values
/// of OptimizerOptions::centre and OptimizerOptions::weight_average that are used if the options do not give
/// them.
template <class Spec>
concept OneRateSpec = requires(const Spec spec) {
    typename Spec::Rule;
    { spec.rule() } -> std::same_as<typename Spec::Rule>;
    { spec.rate } -> std::convertible_to<double>;
};

namespace detail {
/// The first member of a rule with its rate that is missing or wrong.
enum class SpecFault : unsigned char { none, rule_type, rule, rate };

/// Whether a type resembles a rule with its rate; the error message then names the missing member.
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
                  "alrao: a rule with its rate must name the type of the rule: using Rule = rule::Sgd;");
    static_assert(fault != SpecFault::rule,
                  "alrao: a rule with its rate must have `Rule rule() const`, which returns the rule "
                  "without the rate");
    static_assert(fault != SpecFault::rate, "alrao: a rule with its rate must have a member `double rate`");
};
}  // namespace detail

/// Stochastic gradient descent; the fields are those of rule::Sgd and of PyTorch's SGD.
struct Sgd {
    using Rule = rule::Sgd;
    double rate;              ///< learning rate of all parameters, above 0; no default
    double momentum = 0;      ///< from 0 to below 1
    bool nesterov = false;    ///< Nesterov's momentum; needs momentum above 0
    double weight_decay = 0;  ///< coupled: g <- g + weight_decay w

    /// The rule without the rate.
    [[nodiscard]] Rule rule() const {
        return {.momentum = momentum, .nesterov = nesterov, .weight_decay = weight_decay};
    }
};

/// Adam with PyTorch's defaults.
struct Adam {
    using Rule = rule::Adam;
    double rate = 1e-3;       ///< learning rate of all parameters, above 0
    double beta1 = 0.9;       ///< decay of the mean of gradients
    double beta2 = 0.999;     ///< decay of the mean of squared gradients
    double epsilon = 1e-8;    ///< added to the square root of that mean, which can be 0
    double weight_decay = 0;  ///< coupled: g <- g + weight_decay w

    /// The rule without the rate.
    [[nodiscard]] Rule rule() const {
        return {.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .weight_decay = weight_decay};
    }
};

/// Adam with Nesterov momentum and decoupled decay; the fields are those of rule::NAdamW.
struct NAdamW {
    using Rule = rule::NAdamW;
    double rate = 1e-3;     ///< learning rate of all parameters, above 0
    double beta1 = 0.9;     ///< decay of the mean of gradients
    double beta2 = 0.999;   ///< decay of the mean of squared gradients
    double growth = 0;      ///< 0: constant beta2; above 0: it grows from 0, see rule::NAdamW
    double epsilon = 1e-8;  ///< added to the square root of that mean, which can be 0
    double decay = 0.01;    ///< decoupled and multiplied by the rate

    /// The rule without the rate.
    [[nodiscard]] Rule rule() const {
        return {.beta1 = beta1, .beta2 = beta2, .growth = growth, .epsilon = epsilon, .decay = decay};
    }
};

/// AdamW with PyTorch's defaults and PyTorch's meaning of weight_decay, which is multiplied by the rate.
struct AdamW {
    using Rule = rule::AdamW;
    double rate = 1e-3;          ///< learning rate of all parameters, above 0
    double beta1 = 0.9;          ///< decay of the mean of gradients
    double beta2 = 0.999;        ///< decay of the mean of squared gradients
    double epsilon = 1e-8;       ///< added to the square root of that mean, which can be 0
    double weight_decay = 1e-2;  ///< decoupled: w <- w (1 - s rate weight_decay), s: factor of the schedule

    /// The rule without the rate.
    [[nodiscard]] Rule rule() const {
        return {.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .decoupled_decay = rate * weight_decay};
    }
};

}  // namespace alrao
