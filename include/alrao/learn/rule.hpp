#pragma once

#include <alrao/kernels/update/step.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// How a gradient becomes a step, given a rate for each parameter. A rule has no rate of its own and
/// knows neither features nor layers; it sees ranges of parameters, gradients and rates.
namespace rule {

/// When a step is taken, and where.
struct Moment {
    std::uint64_t step = 1;  ///< from 1, for Adam's corrections
    double factor = 1;       ///< of the schedule; the rates already contain it
    bool copies = false;     ///< of a head; else of the trunk
};

/// The largest magnitudes of what enters the update of a parameter.
struct Extremes {
    double rate = 0, gradient = 0, parameter = 0, state = 0;
};

[[gnu::cold]] inline void check_argument(bool good, const char* what, const char* range, double value) {
    if (good && is_finite(value)) return;
    fail({"alrao: rule: ", what, " must be ", range, ", got ", value});
}

template <class T>
[[nodiscard]] kernels::Decay<T> decay(double coupled, double decoupled, const Moment& moment) {
    return {static_cast<T>(coupled), static_cast<T>(decoupled * moment.factor)};
}

/// w <- w - rate g. With momentum in PyTorch's form, the buffer without the rate: b <- m b + g,
/// w <- w - rate b (Nesterov: g + m b). `weight_decay` adds its share of w to g, so that the rate
/// scales it; `decoupled_decay` takes (schedule x itself) w, whatever the rate.
struct Sgd {
    static constexpr std::string_view name = "Sgd";
    double momentum = 0;         ///< share of the last step's direction that is kept, from 0 to below 1
    bool nesterov = false;       ///< Nesterov's momentum: looks a step ahead; needs momentum above 0
    double weight_decay = 0;     ///< coupled: added to the gradient as its share of w
    double decoupled_decay = 0;  ///< w loses (schedule x this) of itself, whatever the rate

    /// @throws ArgumentError on a momentum outside [0, 1), a negative decay, Nesterov without momentum
    void validate() const {
        check_argument(momentum >= 0 && momentum < 1, "Sgd's momentum", "from 0 to below 1", momentum);
        check_argument(!nesterov || momentum > 0, "Nesterov's momentum", "above 0", momentum);
        check_argument(weight_decay >= 0, "Sgd's weight decay", "0 or more", weight_decay);
        check_argument(decoupled_decay >= 0 && decoupled_decay < 1, "Sgd's decoupled decay",
                       "from 0 to below 1", decoupled_decay);
    }
    /// Buffers like the parameters that the rule keeps between steps.
    static constexpr std::size_t most_states = 1;
    [[nodiscard]] constexpr std::size_t states() const { return is_zero(momentum) ? 0 : 1; }

    /// f(kernel step)
    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        const kernels::Decay<T> share = decay<T>(weight_decay, decoupled_decay, moment);
        if (!is_zero(momentum)) return f(kernels::MomentumStep<T>{static_cast<T>(momentum), nesterov, share});
        if (!is_zero(weight_decay) || !is_zero(decoupled_decay)) return f(kernels::DecayedSgdStep<T>{share});
        return f(kernels::PlainSgdStep{});
    }

    /// No parameter and no state will be larger than this after the step.
    [[nodiscard]] double bound(const Moment& moment, const Extremes& largest) const {
        const double gradient = largest.gradient + weight_decay * largest.parameter;
        const double buffer = momentum * largest.state + gradient;
        const double step = nesterov ? gradient + momentum * buffer : buffer;
        const double decayed = largest.parameter * (1 + decoupled_decay * moment.factor);
        return std::max(buffer, decayed + largest.rate * step);
    }

    friend constexpr bool operator==(const Sgd&, const Sgd&) = default;
};

/// The momentum of the authors' program. In the trunk b <- b (1 - m min(sqrt(rate), 1/m)) + g, so
/// that a larger rate forgets sooner and m = 0 would never forget; the copies of a head take ordinary
/// momentum m. Published results use neither. Source: the program beside Alrao.
struct AuthorsMomentum {
    static constexpr std::string_view name = "AuthorsMomentum";
    double momentum = 0.9;    ///< m of the formula, between 0 and 1
    bool nesterov = false;    ///< w moves by gradient and momentum together: a look ahead
    double weight_decay = 0;  ///< coupled: added to the gradient as its share of w

    /// @throws ArgumentError on a momentum outside (0, 1) or a negative decay
    void validate() const {
        check_argument(momentum > 0 && momentum < 1, "AuthorsMomentum's momentum", "between 0 and 1",
                       momentum);
        check_argument(weight_decay >= 0, "AuthorsMomentum's weight decay", "0 or more", weight_decay);
    }
    [[nodiscard]] static constexpr std::size_t states() { return 1; }

    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        const auto m = static_cast<T>(momentum);
        const kernels::Decay<T> share = decay<T>(weight_decay, 0, moment);
        if (moment.copies) return f(kernels::MomentumStep<T>{m, nesterov, share});
        return f(kernels::AuthorsMomentumStep<T>{m, nesterov, share});
    }

    [[nodiscard]] double bound(const Moment&, const Extremes& largest) const {
        const double gradient = largest.gradient + weight_decay * largest.parameter;
        const double buffer = largest.state + gradient;
        return std::max(buffer, largest.parameter + largest.rate * (gradient + buffer));
    }

    friend constexpr bool operator==(const AuthorsMomentum&, const AuthorsMomentum&) = default;
};

/// Adam: m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, w <- w - rate (m / (1 - b1^t)) /
/// (sqrt(v / (1 - b2^t)) + epsilon). Source: Kingma, Ba, arXiv 1412.6980; epsilon as in PyTorch.
struct Adam {
    static constexpr std::string_view name = "Adam";
    double beta1 = 0.9;          ///< share that m, the mean of gradients, keeps at each step
    double beta2 = 0.999;        ///< share that v, the mean of their squares, keeps
    double epsilon = 1e-8;       ///< added to the root of v, so that nothing is divided by 0
    double weight_decay = 0;     ///< coupled: added to the gradient as its share of w
    double decoupled_decay = 0;  ///< w loses (schedule x this) of itself, whatever the rate

    /// @throws ArgumentError on betas outside [0, 1), an epsilon that is 0 in float, a bad decay
    void validate() const {
        check_argument(beta1 >= 0 && beta1 < 1, "Adam's beta1", "from 0 to below 1", beta1);
        check_argument(beta2 >= 0 && beta2 < 1, "Adam's beta2", "from 0 to below 1", beta2);
        check_argument(epsilon >= static_cast<double>(std::numeric_limits<float>::min()), "Adam's epsilon",
                       "above 1e-38", epsilon);
        check_argument(weight_decay >= 0, "Adam's weight decay", "0 or more", weight_decay);
        check_argument(decoupled_decay >= 0 && decoupled_decay < 1, "Adam's decoupled decay",
                       "from 0 to below 1", decoupled_decay);
    }
    [[nodiscard]] static constexpr std::size_t states() { return 2; }
    /// Whether buffer k holds means of squares.
    [[nodiscard]] static constexpr bool never_negative(std::size_t k) { return k == 1; }

    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        const auto t = static_cast<double>(moment.step);
        return f(kernels::AdamStep<T>(beta1, beta2, epsilon, 1 - std::pow(beta1, t), 1 - std::pow(beta2, t),
                                      decay<T>(weight_decay, decoupled_decay, moment)));
    }

    [[nodiscard]] double bound(const Moment& moment, const Extremes& largest) const {
        const double gradient = largest.gradient + weight_decay * largest.parameter;
        const double first = largest.state + gradient;
        const double second = largest.state + gradient * gradient;
        const double step = first / (1 - beta1) / epsilon;
        const double decayed = largest.parameter * (1 + decoupled_decay * moment.factor);
        return std::max({first, second, decayed + largest.rate * step});
    }

    friend constexpr bool operator==(const Adam&, const Adam&) = default;
};

/// Adam with decoupled decay: each step takes (schedule x decoupled_decay) of w, the same for slow
/// and fast features. The default is what PyTorch's defaults amount to, 1e-3 x 1e-2.
/// Source: Loshchilov, Hutter, arXiv 1711.05101.
struct AdamW {
    static constexpr std::string_view name = "AdamW";
    double beta1 = 0.9;             ///< as Adam's
    double beta2 = 0.999;           ///< as Adam's
    double epsilon = 1e-8;          ///< as Adam's
    double decoupled_decay = 1e-5;  ///< w loses (schedule x this) of itself, whatever the rate

    /// @throws ArgumentError as Adam's
    void validate() const { adam().validate(); }
    [[nodiscard]] static constexpr std::size_t states() { return 2; }
    [[nodiscard]] static constexpr bool never_negative(std::size_t k) { return k == 1; }
    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        return adam().template with_step<T>(moment, f);
    }
    [[nodiscard]] double bound(const Moment& moment, const Extremes& largest) const {
        return adam().bound(moment, largest);
    }

    friend constexpr bool operator==(const AdamW&, const AdamW&) = default;

private:
    [[nodiscard]] constexpr Adam adam() const {
        return {.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .decoupled_decay = decoupled_decay};
    }
};

}  // namespace rule

namespace detail {

/// Buffers that the steps of a rule keep at most: `most_states` of one whose settings decide, else
/// what states() is, a constant then; none: neither is one.
template <class Rule>
inline constexpr std::size_t undecided_states = static_cast<std::size_t>(-1);
template <class Rule>
constexpr std::size_t most_states() {
    if constexpr (requires { typename std::integral_constant<std::size_t, Rule::most_states>; })
        return Rule::most_states;
    else if constexpr (requires { typename std::integral_constant<std::size_t, Rule{}.states()>; })
        return Rule{}.states();
    else if constexpr (requires { typename std::integral_constant<std::size_t, Rule::states()>; })
        return Rule::states();
    else return undecided_states<Rule>;
}

/// How many buffers a step keeps; of something that is no step 0, which StepProbe says in words.
template <class Step>
constexpr std::size_t buffers_of() {
    if constexpr (requires { Step::states; }) return Step::states;
    else return 0;
}
/// Whether a step keeps as many buffers as its rule says.
template <class Rule, class Step>
constexpr bool step_fits() {
    if constexpr (!requires { Step::states; }) return true;
    else if constexpr (requires { Rule::most_states; }) return Step::states <= Rule::most_states;
    else return Step::states == most_states<Rule>();
}
/// Looks at each step that a rule hands on.
template <class Rule>
struct StepProbe {
    template <class Step>
    std::size_t operator()(const Step&) const {
        static_assert(
            requires { Step::states; },
            "alrao: the step that an update rule hands on says how many buffers it keeps: "
            "`static constexpr std::size_t states`, see kernels/update/step.hpp");
        static_assert(step_fits<Rule, Step>(),
                      "alrao: states() of an update rule is the number of buffers that its step keeps, "
                      "and differs from the step's `states` (with `most_states`: is exceeded by it)");
        return 0;
    }
};

/// What is missing in a rule, or wrong: the first thing only.
enum class RuleFault : unsigned char { none, copyable, validate, states, constant, bound, with_step, name };

template <class Rule>
constexpr RuleFault rule_fault() {
    using F = RuleFault;
    if constexpr (!std::copyable<Rule>) return F::copyable;
    else if constexpr (!requires(const Rule rule) { rule.validate(); }) return F::validate;
    else if constexpr (!requires(const Rule rule) {
                           { rule.states() } -> std::same_as<std::size_t>;
                       })
        return F::states;
    else if constexpr (most_states<Rule>() == undecided_states<Rule>) return F::constant;
    else if constexpr (!requires(const Rule rule, rule::Moment moment) {
                           { rule.bound(moment, rule::Extremes{}) } -> std::same_as<double>;
                       })
        return F::bound;
    else if constexpr (!requires(const Rule rule, rule::Moment moment) {
                           {
                               rule.template with_step<float>(moment, StepProbe<Rule>{})
                           } -> std::same_as<std::size_t>;
                       })
        return F::with_step;
    else if constexpr (!requires {
                           { Rule::name } -> std::convertible_to<std::string_view>;
                       })
        return F::name;
    else return F::none;
}

template <class Rule>
struct CheckedRule {
    static constexpr RuleFault fault = rule_fault<Rule>();

    static_assert(fault != RuleFault::copyable, "alrao: an update rule can be copied and assigned");
    static_assert(fault != RuleFault::validate,
                  "alrao: an update rule has `void validate() const`, which throws ArgumentError on "
                  "settings that cannot be");
    static_assert(fault != RuleFault::states,
                  "alrao: an update rule has `constexpr std::size_t states() const`: how many buffers "
                  "like the parameters it keeps");
    static_assert(fault != RuleFault::constant,
                  "alrao: states() of an update rule is constexpr, so that the compiler can compare it "
                  "with its step's `states`; where settings decide, `static constexpr std::size_t "
                  "most_states` says the largest");
    static_assert(fault != RuleFault::bound,
                  "alrao: an update rule has `double bound(const rule::Moment&, const rule::Extremes&) "
                  "const`: no parameter and no buffer is larger after the step");
    static_assert(fault != RuleFault::with_step,
                  "alrao: an update rule has `template <class T, class F> decltype(auto) with_step(const "
                  "rule::Moment&, F&& f) const`, which returns f(step) of a step of kernels/update/step.hpp");
    static_assert(fault != RuleFault::name,
                  "alrao: an update rule says its name, by which a file tells whose memory it holds: static "
                  "constexpr std::string_view name = \"...\";");
};

}  // namespace detail

/// What an optimizer asks of a rule: detail::CheckedRule says each member in words. `states()` is
/// constexpr, and the number of buffers of the step that with_step hands on; where the rule's
/// settings decide, `static constexpr std::size_t most_states` is the largest number.
template <class Rule>
concept UpdateRule = detail::rule_fault<Rule>() == detail::RuleFault::none;

namespace detail {
/// UpdateRule as a value, of which a failed assertion does not list the parts.
template <class Rule>
inline constexpr bool is_rule = UpdateRule<Rule>;
/// What means to be a rule, and is told which member is missing.
template <class Rule>
inline constexpr bool like_rule = requires { &Rule::bound; } || requires { &Rule::states; } || is_rule<Rule>;

/// What an optimizer is built from where its rule is refused, so that the refusal is one error.
template <class Rule>
using RuleOrSgd = std::conditional_t<UpdateRule<Rule>, Rule, rule::Sgd>;
template <class Rule>
RuleOrSgd<Rule> rule_or_sgd(const Rule& rule) {
    if constexpr (UpdateRule<Rule>) return rule;
    else return {};
}
}  // namespace detail

}  // namespace alrao

#pragma GCC diagnostic pop
