#pragma once

#include <alrao/kernels/update/schedule_free_step.hpp>
#include <alrao/learn/rule.hpp>
#include <alrao/learn/update_rule.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

namespace rule {

/// The settings that the schedule-free rules share.
///
/// The rules need no schedule: they average the parameters instead of lowering the rate. z are the parameters
/// of a base method (SGD or AdamW), x is the weighted average of z over all steps. Gradients are computed at
/// y = (1 - momentum) z + momentum x, which are the parameters of the model during training. Predictions use
/// x, which Optimizer::use_average, and `fit` at the end of each epoch, put into the model. The weights of
/// the average depend only on the warm-up, not on the rates of features or on a schedule.
/// Source: Defazio et al., "The road less scheduled", arXiv 2405.15682, and their package schedulefree.
struct ScheduleFreeSettings {
    double momentum = 0.9;      ///< above 0 and below 1
    double decay = 0;           ///< decoupled: rate x decay x y is subtracted from z in each step
    std::uint64_t warm_up = 0;  ///< number of first steps in which the rate rises linearly

    /// @throws ArgumentError on a momentum outside (0, 1) or a decay below 0
    void validate() const {
        check_argument(momentum > 0 && momentum < 1, "the momentum of a schedule-free rule",
                       "between 0 and 1", momentum);
        check_argument(decay >= 0, "the decay of a schedule-free rule", "0 or more", decay);
    }
    /// The factor of the rate in step t = 1, 2, ...
    [[nodiscard]] double rise(std::uint64_t t) const {
        return t < warm_up ? static_cast<double>(t) / static_cast<double>(warm_up) : 1;
    }
    /// The share of step t = 1, 2, ... in the average: rise(t)^2 divided by the sum of rise(k)^2 over
    /// k = 1 ... t.
    [[nodiscard]] double share(std::uint64_t t) const {
        const auto n = static_cast<double>(warm_up), rising = static_cast<double>(std::min(t, warm_up));
        const double squares = warm_up > 0 ? rising * (rising + 1) * (2 * rising + 1) / 6 / (n * n)
                                           : 0;  // of k / n, k = 1 ... rising
        const double sum = squares + static_cast<double>(t - std::min(t, warm_up));
        return rise(t) * rise(t) / sum;
    }
    /// The numbers that the kernel needs in step t = 1, 2, ...
    template <class T>
    [[nodiscard]] kernels::ScheduleFree<T> step(std::uint64_t t) const {
        const double c = share(t);
        return {.share = static_cast<T>(c),
                .rest = static_cast<T>(1 - c),
                .inner = static_cast<T>(momentum * (1 - c)),
                .warm_up = static_cast<T>(rise(t)),
                .decay = static_cast<T>(decay)};
    }
    /// The factor 1 - 1 / momentum with which the average is computed from the buffer z - y:
    /// x = y + factor (z - y).
    [[nodiscard]] double average_factor() const { return 1 - 1 / momentum; }
    /// An upper bound of |y| and |z - y| after a step; `step`: upper bound of its direction, without rate and
    /// decay.
    [[nodiscard]] double bound(double step, const Extremes& largest) const {
        return largest.parameter + largest.state + largest.rate * (step + decay * largest.parameter);
    }

    friend constexpr bool operator==(const ScheduleFreeSettings&, const ScheduleFreeSettings&) = default;
};

/// Schedule-free stochastic gradient descent, see ScheduleFreeSettings. The buffer is z - y.
struct ScheduleFreeSgd {
    static constexpr std::string_view name = "ScheduleFreeSgd";
    ScheduleFreeSettings settings{};

    /// @throws ArgumentError on a momentum outside (0, 1) or a decay below 0
    void validate() const { settings.validate(); }
    [[nodiscard]] static constexpr std::size_t states() { return 1; }
    [[nodiscard]] double average_factor() const { return settings.average_factor(); }

    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        return f(kernels::ScheduleFreeSgdStep<T>{settings.step<T>(moment.step)});
    }
    [[nodiscard]] double bound(const Moment&, const Extremes& largest) const {
        return settings.bound(largest.gradient, largest);
    }

    friend constexpr bool operator==(const ScheduleFreeSgd&, const ScheduleFreeSgd&) = default;
};

/// Schedule-free AdamW, see ScheduleFreeSettings. The buffers are z - y, and the mean of squared gradients.
struct ScheduleFreeAdamW {
    static constexpr std::string_view name = "ScheduleFreeAdamW";
    static constexpr bool scale_free = true;
    ScheduleFreeSettings settings{};
    double beta2 = 0.999;   ///< decay of the mean of squared gradients
    double epsilon = 1e-8;  ///< added to its square root, which can be 0

    /// @throws ArgumentError on a momentum outside (0, 1), a beta2 outside [0, 1), an epsilon that is 0 in
    /// float, or a decay below 0
    void validate() const {
        settings.validate();
        check_argument(beta2 >= 0 && beta2 < 1, "ScheduleFreeAdamW's beta2", "from 0 to below 1", beta2);
        check_argument(epsilon >= static_cast<double>(std::numeric_limits<float>::min()),
                       "ScheduleFreeAdamW's epsilon", "above 1e-38", epsilon);
    }
    [[nodiscard]] static constexpr std::size_t states() { return 2; }
    /// Buffer 1 holds means of squares.
    [[nodiscard]] static constexpr bool never_negative(std::size_t k) { return k == 1; }
    [[nodiscard]] double average_factor() const { return settings.average_factor(); }

    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        const double unbias = 1 / std::sqrt(1 - std::pow(beta2, static_cast<double>(moment.step)));
        return f(kernels::ScheduleFreeAdamWStep<T>{.common = settings.step<T>(moment.step),
                                                   .beta2 = static_cast<T>(beta2),
                                                   .rest2 = static_cast<T>(1 - beta2),
                                                   .epsilon = static_cast<T>(epsilon),
                                                   .sqrt_unbias = static_cast<T>(unbias)});
    }
    [[nodiscard]] double bound(const Moment&, const Extremes& largest) const {
        return std::max(largest.state + largest.gradient * largest.gradient,
                        settings.bound(largest.gradient / epsilon, largest));
    }

    friend constexpr bool operator==(const ScheduleFreeAdamW&, const ScheduleFreeAdamW&) = default;
};

}  // namespace rule

/// Schedule-free SGD with the default settings of the package schedulefree.
/// `OneRateOptimizer optimizer{net, ScheduleFreeSgd{}};`
struct ScheduleFreeSgd {
    using Rule = rule::ScheduleFreeSgd;
    double rate = 1;            ///< learning rate; the authors recommend 10 to 50 times that of SGD
    double momentum = 0.9;      ///< above 0 and below 1
    double decay = 0;           ///< decoupled and multiplied by the rate
    std::uint64_t warm_up = 0;  ///< number of first steps in which the rate rises linearly

    /// The rule without the rate.
    [[nodiscard]] Rule rule() const {
        return {.settings = {.momentum = momentum, .decay = decay, .warm_up = warm_up}};
    }
};

/// Schedule-free AdamW with the default settings of the package schedulefree.
/// `OneRateOptimizer optimizer{net, ScheduleFreeAdamW{}};`
struct ScheduleFreeAdamW {
    using Rule = rule::ScheduleFreeAdamW;
    double rate = 0.0025;       ///< learning rate; the authors recommend 1 to 10 times that of AdamW
    double momentum = 0.9;      ///< above 0 and below 1
    double beta2 = 0.999;       ///< decay of the mean of squared gradients
    double epsilon = 1e-8;      ///< added to its square root, which can be 0
    double decay = 0;           ///< decoupled and multiplied by the rate
    std::uint64_t warm_up = 0;  ///< number of first steps in which the rate rises linearly

    /// The rule without the rate.
    [[nodiscard]] Rule rule() const {
        return {.settings = {.momentum = momentum, .decay = decay, .warm_up = warm_up},
                .beta2 = beta2,
                .epsilon = epsilon};
    }
};

}  // namespace alrao

#pragma GCC diagnostic pop
