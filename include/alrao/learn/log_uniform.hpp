#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/tensor/philox.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// An interval of learning rates, and the distribution on it whose logarithm is uniform:
/// density 1 / (rate ln(max / min)) on [min, max]. Use the whole range in which you would search for a
/// learning rate, for instance LogUniform{1e-5, 10}. LogUniform{r, r} gives exactly r, also in float.
/// Source: the Alrao paper (arXiv 1810.01322), section 3.
class LogUniform {
public:
    /// @throws ArgumentError unless 0 < min <= max and both are normal numbers in float
    constexpr LogUniform(double min, double max) : min_(min), max_(max) {
        require_rate(min, "minimum");
        require_rate(max, "maximum");
        if (min > max) {
            fail({"alrao: LogUniform: the minimum ", min, " is above the maximum ", max,
                  "; write LogUniform{min, max}"});
        }
    }

    /// The ends of the interval.
    [[nodiscard]] constexpr double min() const { return min_; }
    [[nodiscard]] constexpr double max() const { return max_; }

    /// The rate at quantile u in [0, 1]: min * (max / min)^u, clamped to the interval.
    [[nodiscard]] double rate(double u) const {
        return std::clamp(min_ * std::exp(u * std::log(max_ / min_)), min_, max_);
    }

    /// A random rate, drawn from this distribution. Advances `random` by one word of 64 bits.
    double draw(Philox& random) const { return rate(random.uniform()); }

    /// The rate of copy `copy` (from 0) of `copies`: evenly spaced in the logarithm, exactly min for the
    /// first and max for the last copy; the geometric mean for a single copy.
    /// @throws ArgumentError unless copy < copies
    [[nodiscard]] double spread(std::size_t copy, std::size_t copies) const {
        if (copy >= copies) {
            fail({"alrao: LogUniform::spread: copy ", copy, " of ", copies,
                  " does not exist; copies count from 0"});
        }
        if (copies == 1) return std::clamp(std::sqrt(min_ * max_), min_, max_);
        if (copy == copies - 1) return max_;
        return rate(static_cast<double>(copy) / static_cast<double>(copies - 1));
    }

    friend constexpr bool operator==(const LogUniform&, const LogUniform&) = default;

private:
    using Float = std::numeric_limits<float>;  // a network in float stores rates as float

    static constexpr void require_rate(double rate, const char* which) {
        if (is_finite(rate) && rate >= static_cast<double>(Float::min()) &&
            rate <= static_cast<double>(Float::max()))
            return;
        fail({"alrao: LogUniform: the ", which, " rate must be a number from ", Float::min(), " to ",
              Float::max(), ", got ", rate,
              (is_finite(rate) && rate <= 0 ? "; it is a rate such as 1e-5, not an exponent" : "")});
    }

    double min_;
    double max_;
};

}  // namespace alrao

#pragma GCC diagnostic pop
