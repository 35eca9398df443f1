#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/learn/centre.hpp>
#include <alrao/learn/detail/correlations.hpp>
#include <alrao/learn/rule.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao::centre {

/// Estimates for each parameter how far it has to move, from the correlation of its gradients with the
/// distance from the initial parameters. This is the estimate d of Prodigy, for each parameter l by itself:
///
///   r_l <- b r_l + (d_l / d_0) d_l s <g_l, x_l - w_l>,  S_l <- b S_l + (d_l / d_0) d_l s g_l,
///   d_l <- max(d_l, r_l / |S_l|_1)
///
/// with gradient g, initial parameter x, parameter w, factor s of the schedule, d_0 = start, and b = sqrt(b2)
/// with the growing b2 of rule::NAdamW. S_l is an array as large as g_l and |S_l|_1 the sum of its
/// magnitudes. The copies of a head count as one parameter. The centre of a parameter is sqrt(d_l D), where D
/// is the geometric mean of d_l over the matrices of the trunk, or of the head if the trunk has none; biases
/// and normalisations do not count. d_l never decreases.
///
/// Source: Mishchenko and Defazio, "Prodigy", arXiv 2306.06101, algorithm 4; D is an addition.
struct Measured {
    static constexpr std::string_view name = "Measured";
    double start = 1e-5;   ///< d_0, the first estimate, from 1e-12 to 1
    double beta2 = 0.999;  ///< largest decay of the squares, equal to that of rule::NAdamW
    double growth = 0.8;   ///< growth of the decay, equal to that of rule::NAdamW
    /// The sums are taken over one of `every` blocks of 16 numbers, which saves memory and time, but over at
    /// least `smallest_subset` numbers of a parameter: the maximum of estimates from few numbers would be too
    /// large.
    std::size_t every = 8;
    /// Smallest number of elements of a parameter on which its sums are taken, if it has as many.
    static constexpr std::size_t smallest_subset = 4096;

    /// @throws ArgumentError unless start is from 1e-12 to 1, beta2 from 0 to below 1, growth 0 or more,
    /// every 1 or more
    void validate() const {
        rule::check_argument(start >= 1e-12 && start <= 1, "the start of a measured centre",
                             "from 1e-12 to 1", start);
        rule::check_argument(beta2 >= 0 && beta2 < 1, "the beta2 of a measured centre", "from 0 to below 1",
                             beta2);
        rule::check_argument(growth >= 0, "the growth of a measured centre", "0 or more", growth);
        if (every == 0) fail("alrao: centre::Measured: every must be at least 1, got 0");
    }

    /// A new State for a network, see Policy.
    template <class T>
    [[nodiscard]] State<T>* begin(std::span<const ParameterEntry> table, const T* parameters) const;

    friend constexpr bool operator==(const Measured&, const Measured&) = default;
};

namespace detail {

/// Whether a parameter counts for the geometric mean: not a bias, and not the scale or shift of a
/// normalisation.
constexpr bool is_matrix(const ParameterEntry& entry) {
    return entry.role == Role::weight || entry.role == Role::recurrent || entry.role == Role::embedding;
}

template <class T>
class MeasuredState final : public State<T> {
public:
    MeasuredState(const Measured& settings, std::span<const ParameterEntry> table, const T* parameters)
        : settings_(settings),
          sums_(table, parameters, settings.every, Measured::smallest_subset),
          table_(table),
          of_head_(!has_matrix_in_trunk(table)),
          scalars_(2 * table.size()),
          mean_(settings.start) {
        for (std::size_t p = 0; p < table.size(); ++p) scalars_[2 * p] = settings.start;
        next_scalars_ = scalars_;
    }
    [[nodiscard]] State<T>* clone() const override { return new MeasuredState(*this); }

    void observe(const Observation<T>& step) override {
        const double keep = std::sqrt(rule::growing_beta2(settings_.beta2, settings_.growth, step.step));
        double sum = 0, count = 0;
        for (std::size_t p = 0; p < table_.size(); ++p) {
            const double d = scalars_[2 * p], r = scalars_[2 * p + 1];
            const double weight = d / settings_.start * d * step.factor;
            const auto [product, magnitude] = sums_.observe(p, keep, weight, step);
            const double next = keep * r + weight * product;
            const double found = magnitude > 0 ? next / magnitude : 0;
            const bool usable = is_finite(magnitude) && is_finite(next) && is_finite(found);
            if (!usable) sums_.leave(p);
            next_scalars_[2 * p] = usable ? std::max(d, found) : d;
            next_scalars_[2 * p + 1] = usable ? next : r;
            if (counts(p)) sum += std::log(next_scalars_[2 * p]), ++count;
        }
        mean_ = count > 0 ? std::exp(sum / count) : settings_.start;
    }
    void accept() override {
        sums_.accept();
        scalars_ = next_scalars_;
    }
    [[nodiscard]] double of(std::size_t p) const override { return std::sqrt(mean_ * next_scalars_[2 * p]); }
    [[nodiscard]] std::span<double> scalars() override { return scalars_; }
    [[nodiscard]] std::span<T> arrays() override { return sums_.arrays(); }
    [[nodiscard]] bool accepts(std::span<const double> scalars) const override {
        for (std::size_t p = 0; p < table_.size(); ++p)
            if (!(scalars[2 * p] > 0)) return false;  // d
        return true;
    }

private:
    /// Whether parameter p counts for D.
    [[nodiscard]] bool counts(std::size_t p) const {
        return is_matrix(table_[p]) && (of_head_ || table_[p].copies == 0);
    }
    static bool has_matrix_in_trunk(std::span<const ParameterEntry> table) {
        return std::any_of(table.begin(), table.end(),
                           [](const ParameterEntry& entry) { return entry.copies == 0 && is_matrix(entry); });
    }

    Measured settings_;
    Correlations<T> sums_;
    std::span<const ParameterEntry> table_;
    bool of_head_;                                ///< D is of the head: the trunk has no matrix
    std::vector<double> scalars_, next_scalars_;  ///< d and r of each parameter
    double mean_;                                 ///< D
};

}  // namespace detail

template <class T>
State<T>* Measured::begin(std::span<const ParameterEntry> table, const T* parameters) const {
    return new detail::MeasuredState<T>(*this, table, parameters);
}

}  // namespace alrao::centre

#pragma GCC diagnostic pop
