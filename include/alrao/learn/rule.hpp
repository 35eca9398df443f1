#pragma once

#include <alrao/kernels/update/step.hpp>
#include <alrao/learn/update_rule.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// The update rules of the library. Their member functions are those of the concept UpdateRule.
namespace rule {

/// @throws ArgumentError unless `good` holds and `value` is finite
[[gnu::cold]] inline void check_argument(bool good, const char* what, const char* range, double value) {
    if (good && is_finite(value)) return;
    fail({"alrao: rule: ", what, " must be ", range, ", got ", value});
}

/// The weight decay of a step: g <- g + coupled w, and w <- w (1 - s decoupled) with the factor s of the
/// schedule.
template <class T>
[[nodiscard]] kernels::Decay<T> decay(double coupled, double decoupled, const Moment& moment) {
    return {static_cast<T>(coupled), static_cast<T>(decoupled * moment.factor)};
}

/// Stochastic gradient descent: w <- w - rate g. With momentum m as in PyTorch, where the buffer does not
/// contain the rate: b <- m b + g, w <- w - rate b (Nesterov: w <- w - rate (g + m b)).
struct Sgd {
    static constexpr std::string_view name = "Sgd";
    double momentum = 0;         ///< m, from 0 to below 1; 0 disables momentum
    bool nesterov = false;       ///< Nesterov's momentum; needs momentum above 0
    double weight_decay = 0;     ///< coupled: g <- g + weight_decay w
    double decoupled_decay = 0;  ///< w <- w (1 - s decoupled_decay), s: factor of the schedule

    /// @throws ArgumentError on a momentum outside [0, 1), a weight_decay below 0, a decoupled_decay outside
    /// [0, 1), or Nesterov without momentum
    void validate() const {
        check_argument(momentum >= 0 && momentum < 1, "Sgd's momentum", "from 0 to below 1", momentum);
        check_argument(!nesterov || momentum > 0, "Nesterov's momentum", "above 0", momentum);
        check_argument(weight_decay >= 0, "Sgd's weight decay", "0 or more", weight_decay);
        check_argument(decoupled_decay >= 0 && decoupled_decay < 1, "Sgd's decoupled decay",
                       "from 0 to below 1", decoupled_decay);
    }
    static constexpr std::size_t most_states = 1;
    /// 1 with momentum, otherwise 0.
    [[nodiscard]] constexpr std::size_t states() const { return is_zero(momentum) ? 0 : 1; }

    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        const kernels::Decay<T> share = decay<T>(weight_decay, decoupled_decay, moment);
        if (!is_zero(momentum)) return f(kernels::MomentumStep<T>{static_cast<T>(momentum), nesterov, share});
        if (!is_zero(weight_decay) || !is_zero(decoupled_decay)) return f(kernels::DecayedSgdStep<T>{share});
        return f(kernels::PlainSgdStep{});
    }

    [[nodiscard]] double bound(const Moment& moment, const Extremes& largest) const {
        const double gradient = largest.gradient + weight_decay * largest.parameter;
        const double buffer = momentum * largest.state + gradient;
        const double step = nesterov ? gradient + momentum * buffer : buffer;
        const double decayed = largest.parameter * (1 + decoupled_decay * moment.factor);
        return std::max(buffer, decayed + largest.rate * step);
    }

    friend constexpr bool operator==(const Sgd&, const Sgd&) = default;
};

/// The momentum of the program that Alrao's authors published. In the trunk
/// b <- b (1 - m min(sqrt(rate), 1/m)) + g: with a larger rate b decays faster, and with m = 0 it would not
/// decay. The copies of a head use ordinary momentum m. The published results were obtained without momentum.
struct AuthorsMomentum {
    static constexpr std::string_view name = "AuthorsMomentum";
    double momentum = 0.9;    ///< m of the formula, above 0 and below 1
    bool nesterov = false;    ///< Nesterov's momentum: w <- w - rate (g + m b)
    double weight_decay = 0;  ///< coupled: g <- g + weight_decay w

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
    static constexpr bool scale_free = true;
    double beta1 = 0.9;          ///< b1: decay of m, the mean of gradients
    double beta2 = 0.999;        ///< b2: decay of v, the mean of squared gradients
    double epsilon = 1e-8;       ///< added to the square root of v, which can be 0
    double weight_decay = 0;     ///< coupled: g <- g + weight_decay w
    double decoupled_decay = 0;  ///< w <- w (1 - s decoupled_decay), s: factor of the schedule

    /// @throws ArgumentError on betas outside [0, 1), an epsilon that is 0 in float, a weight_decay below
    /// 0, or a decoupled_decay outside [0, 1)
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
    /// Buffer 1 holds means of squares.
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

/// Adam with decoupled decay: w <- w (1 - s decoupled_decay) in each step with the factor s of the schedule,
/// independent of the rate. The default corresponds to PyTorch's defaults: rate 1e-3 times weight_decay 1e-2.
/// Source: Loshchilov, Hutter, arXiv 1711.05101.
struct AdamW {
    static constexpr std::string_view name = "AdamW";
    static constexpr bool scale_free = true;
    double beta1 = 0.9;             ///< as Adam's
    double beta2 = 0.999;           ///< as Adam's
    double epsilon = 1e-8;          ///< as Adam's
    double decoupled_decay = 1e-5;  ///< w <- w (1 - s decoupled_decay), s: factor of the schedule

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

/// The decay of a mean of squares that grows: min(1 - step^-growth, beta2), which is 0 in the first step.
/// With a growth of 0 it is beta2.
[[nodiscard]] inline double growing_beta2(double beta2, double growth, std::uint64_t step) {
    if (is_zero(growth)) return beta2;
    return std::min(1 - std::pow(static_cast<double>(step), -growth), beta2);
}

/// Adam with Nesterov momentum and decoupled decay:
///
///   m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,
///   u = (b1 m / (1 - b1^(t+1)) + (1 - b1) g / (1 - b1^t)) / (sqrt(v) + epsilon),
///   w <- w - rate (u + decay w)
///
/// in step t = 1, 2, ... The memory of v grows with the number of steps: b2 = min(1 - t^-growth, beta2). In
/// the first step b2 is 0, so v needs no correction of its bias. With a growth of 0 b2 is constant, and
/// sqrt(v / (1 - b2^t)) replaces sqrt(v). Biases and normalisations are not decayed.
/// Source: Dozat, ICLR workshop 2016; the growth of b2: Shazeer and Stern, "Adafactor", arXiv 1804.04235,
/// section 7.1.
struct NAdamW {
    static constexpr std::string_view name = "NAdamW";
    static constexpr bool scale_free = true;
    double beta1 = 0.9;     ///< b1: decay of m, the mean of gradients
    double beta2 = 0.999;   ///< largest decay of v, the mean of squared gradients
    double growth = 0.8;    ///< 0 for constant b2
    double epsilon = 1e-8;  ///< added to the square root of v, which can be 0
    double decay = 0.01;    ///< multiplied by the rate, as in PyTorch's AdamW

    /// @throws ArgumentError on betas outside [0, 1), an epsilon that is 0 in float, a growth or decay
    /// below 0
    void validate() const {
        check_argument(beta1 >= 0 && beta1 < 1, "NAdamW's beta1", "from 0 to below 1", beta1);
        check_argument(beta2 >= 0 && beta2 < 1, "NAdamW's beta2", "from 0 to below 1", beta2);
        check_argument(growth >= 0, "NAdamW's growth", "0 or more", growth);
        check_argument(epsilon >= static_cast<double>(std::numeric_limits<float>::min()), "NAdamW's epsilon",
                       "above 1e-38", epsilon);
        check_argument(decay >= 0, "NAdamW's decay", "0 or more", decay);
    }
    [[nodiscard]] static constexpr std::size_t states() { return 2; }
    /// Buffer 1 holds means of squares.
    [[nodiscard]] static constexpr bool never_negative(std::size_t k) { return k == 1; }

    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        const auto t = static_cast<double>(moment.step);
        const double b2 = growing_beta2(beta2, growth, moment.step);
        const double unbias = is_zero(growth) ? 1 / std::sqrt(1 - std::pow(b2, t)) : 1;
        return f(kernels::NAdamStep<T>{.beta1 = static_cast<T>(beta1),
                                       .beta2 = static_cast<T>(b2),
                                       .rest1 = static_cast<T>(1 - beta1),
                                       .rest2 = static_cast<T>(1 - b2),
                                       .epsilon = static_cast<T>(epsilon),
                                       .of_mean = static_cast<T>(beta1 / (1 - std::pow(beta1, t + 1))),
                                       .of_gradient = static_cast<T>((1 - beta1) / (1 - std::pow(beta1, t))),
                                       .sqrt_unbias = static_cast<T>(unbias),
                                       .decay = static_cast<T>(decays(moment.role) ? decay : 0)});
    }

    [[nodiscard]] double bound(const Moment&, const Extremes& largest) const {
        const double first = largest.state + largest.gradient;
        const double second = largest.state + largest.gradient * largest.gradient;
        const double step = (first + largest.gradient) / (1 - beta1) / epsilon;
        return std::max(
            {first, second, largest.parameter + largest.rate * (step + decay * largest.parameter)});
    }

    friend constexpr bool operator==(const NAdamW&, const NAdamW&) = default;

private:
    static constexpr bool decays(Role role) {
        return role == Role::weight || role == Role::recurrent || role == Role::embedding;
    }
};

}  // namespace rule

namespace detail {
/// The rule of an optimizer. If the given type is not an update rule, rule::Sgd takes its place, so that the
/// static_assert on the given type is the only compile-time error.
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
