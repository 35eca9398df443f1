#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/kernels/update/step.hpp>
#include <alrao/learn/centre.hpp>
#include <alrao/learn/detail/correlations.hpp>
#include <alrao/learn/rule.hpp>
#include <alrao/learn/update_rule.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

namespace centre {

/// The estimate of Prodigy: one distance d for all parameters. With gradient g, initial parameter x,
/// parameter w, factor s of the schedule, rate k and b = sqrt(beta2)
///
///   r <- b r + (d / d_0) d k s <g, x - w>,  S <- b S + (d / d_0) d k s g,  d <- max(d, r / |S|_1)
///
/// where S is an array as large as g and |S|_1 the sum of its magnitudes. The centre of all parameters in a
/// step is the d before this update, as in the authors' program; `estimate` is the d after it.
/// Source: Mishchenko and Defazio, "Prodigy", arXiv 2306.06101, algorithm 4, and their package prodigyopt.
struct Prodigy {
    static constexpr std::string_view name = "Prodigy";
    double start = 1e-6;   ///< d_0, the first estimate, from 1e-12 to 1
    double beta2 = 0.999;  ///< as in rule::Prodigy
    double rate = 1;       ///< k, the rate of the optimizer

    /// @throws ArgumentError unless start is from 1e-12 to 1, beta2 from 0 to below 1, rate above 0
    void validate() const {
        rule::check_argument(start >= 1e-12 && start <= 1, "the start of Prodigy", "from 1e-12 to 1", start);
        rule::check_argument(beta2 >= 0 && beta2 < 1, "Prodigy's beta2", "from 0 to below 1", beta2);
        rule::check_argument(rate > 0, "Prodigy's rate", "above 0", rate);
    }
    /// A new State for a network, see Policy.
    template <class T>
    [[nodiscard]] State<T>* begin(std::span<const ParameterEntry> table, const T* parameters) const;

    friend constexpr bool operator==(const Prodigy&, const Prodigy&) = default;
};

namespace detail {

template <class T>
class ProdigyState final : public State<T> {
public:
    ProdigyState(const Prodigy& settings, std::span<const ParameterEntry> table, const T* parameters)
        : settings_(settings),
          sums_(table, parameters, 1, 1),
          scalars_{settings.start, 0},
          next_scalars_(scalars_) {}
    [[nodiscard]] State<T>* clone() const override { return new ProdigyState(*this); }

    void observe(const Observation<T>& step) override {
        const double keep = std::sqrt(settings_.beta2);
        const double d = scalars_[0];
        const double weight = d / settings_.start * d * settings_.rate * step.factor;
        double product = 0, magnitude = 0;
        for (std::size_t p = 0; p < sums_.parameters(); ++p) {
            const std::array<double, 2> sums = sums_.observe(p, keep, weight, step);
            product += sums[0];
            magnitude += sums[1];
        }
        const double next = keep * scalars_[1] + weight * product;
        const double found = magnitude > 0 ? next / magnitude : 0;
        if (is_finite(magnitude) && is_finite(next) && is_finite(found)) {
            next_scalars_ = {std::max(d, found), next};
            return;
        }
        for (std::size_t p = 0; p < sums_.parameters(); ++p) sums_.leave(p);
        next_scalars_ = scalars_;
    }
    void accept() override {
        sums_.accept();
        scalars_ = next_scalars_;
    }
    [[nodiscard]] double of(std::size_t) const override { return scalars_[0]; }
    [[nodiscard]] double estimate(std::size_t) const override { return next_scalars_[0]; }
    [[nodiscard]] std::span<double> scalars() override { return scalars_; }
    [[nodiscard]] std::span<T> arrays() override { return sums_.arrays(); }
    [[nodiscard]] bool accepts(std::span<const double> scalars) const override { return scalars[0] > 0; }

private:
    Prodigy settings_;
    Correlations<T> sums_;
    std::array<double, 2> scalars_, next_scalars_;  ///< d and r
};

}  // namespace detail

template <class T>
State<T>* Prodigy::begin(std::span<const ParameterEntry> table, const T* parameters) const {
    return new detail::ProdigyState<T>(*this, table, parameters);
}

}  // namespace centre

namespace rule {

/// The rule of Prodigy, for centre::Prodigy: Adam on gradients that are multiplied by the estimated distance
/// d, so that a growing d gives later gradients more weight:
///
///   m <- b1 m + (1 - b1) d g,  v <- b2 v + (1 - b2) (d g)^2,
///   w <- w - rate (m / (sqrt(v) + d' epsilon) + decay w)
///
/// d is the centre (Moment::centre), by which the rate is already multiplied; d' is the newest estimate of d
/// (Moment::estimate).
/// Source: Mishchenko and Defazio, arXiv 2306.06101, algorithm 4, and their package prodigyopt.
struct Prodigy {
    static constexpr std::string_view name = "Prodigy";
    static constexpr bool scale_free = true;
    double beta1 = 0.9;     ///< b1: decay of m
    double beta2 = 0.999;   ///< b2: decay of v
    double epsilon = 1e-8;  ///< added to the square root of v, which can be 0
    double decay = 0;       ///< decoupled, multiplied by the rate

    /// @throws ArgumentError on betas outside [0, 1), an epsilon that is 0 in float, or a decay below 0
    void validate() const {
        check_argument(beta1 >= 0 && beta1 < 1, "Prodigy's beta1", "from 0 to below 1", beta1);
        check_argument(beta2 >= 0 && beta2 < 1, "Prodigy's beta2", "from 0 to below 1", beta2);
        check_argument(epsilon >= static_cast<double>(std::numeric_limits<float>::min()), "Prodigy's epsilon",
                       "above 1e-38", epsilon);
        check_argument(decay >= 0, "Prodigy's decay", "0 or more", decay);
    }
    [[nodiscard]] static constexpr std::size_t states() { return 2; }
    /// Buffer 1 holds means of squares.
    [[nodiscard]] static constexpr bool never_negative(std::size_t k) { return k == 1; }

    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        const double d = moment.centre;
        const double scaled_epsilon =
            std::max(moment.estimate * epsilon, static_cast<double>(std::numeric_limits<T>::min()));
        return f(kernels::NAdamStep<T>{.beta1 = static_cast<T>(beta1),
                                       .beta2 = static_cast<T>(beta2),
                                       .rest1 = static_cast<T>(d * (1 - beta1)),
                                       .rest2 = static_cast<T>(d * d * (1 - beta2)),
                                       .epsilon = static_cast<T>(scaled_epsilon),
                                       .of_mean = T{1},
                                       .of_gradient = T{0},
                                       .sqrt_unbias = T{1},
                                       .decay = static_cast<T>(decay)});
    }
    [[nodiscard]] double bound(const Moment& moment, const Extremes& largest) const {
        const double gradient = moment.centre * largest.gradient;
        const double first = largest.state + gradient;
        const double second = largest.state + gradient * gradient;
        const double step = first / std::max(moment.estimate * epsilon, 1e-38);
        return std::max(
            {first, second, largest.parameter + largest.rate * (step + decay * largest.parameter)});
    }

    friend constexpr bool operator==(const Prodigy&, const Prodigy&) = default;
};

}  // namespace rule

/// Prodigy with its authors' settings: Adam whose rate is an estimate of the distance from the initial to
/// good parameters. Its authors recommend no schedule, or schedule::Cosine.
/// `OneRateOptimizer optimizer{net, Prodigy{}, {.schedule = schedule::Cosine{}}};`
/// Source: Mishchenko and Defazio, arXiv 2306.06101.
struct Prodigy {
    using Rule = rule::Prodigy;
    double rate = 1;        ///< factor of the estimated rate
    double start = 1e-6;    ///< the first estimate, from 1e-12 to 1
    double beta1 = 0.9;     ///< decay of the mean of gradients
    double beta2 = 0.999;   ///< decay of the mean of squared gradients
    double epsilon = 1e-8;  ///< added to the square root of that mean, which can be 0
    double decay = 0;       ///< decoupled and multiplied by the rate

    /// The rule without the rate.
    [[nodiscard]] Rule rule() const {
        return {.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .decay = decay};
    }
    /// The estimate of the rate.
    [[nodiscard]] centre::Prodigy centre() const { return {.start = start, .beta2 = beta2, .rate = rate}; }
};

}  // namespace alrao

#pragma GCC diagnostic pop
