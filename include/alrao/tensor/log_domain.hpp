#pragma once

#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace alrao {

/// The logarithm of 0. The functions below call `is_finite` before they use a value, so that they never
/// compute -infinity minus -infinity and also work with -Ofast.
inline constexpr double log_zero = -std::numeric_limits<double>::infinity();

/// ln(exp(a) + exp(b)) without overflow, for a and b in [-infinity, infinity).
[[nodiscard]] inline double log_add(double a, double b) {
    if (!is_finite(a)) return b;
    if (!is_finite(b)) return a;
    return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

/// ln(sum over i of exp(term(i))) for i in 0 .. count - 1, without overflow. Terms that are not finite
/// count as log_zero; the result is log_zero if no term is finite.
template <class Term>
[[nodiscard]] double log_sum(std::size_t count, Term term) {
    double largest = log_zero;
    for (std::size_t i = 0; i < count; ++i) {
        const double x = term(i);
        if (is_finite(x) && (!is_finite(largest) || x > largest)) largest = x;
    }
    if (!is_finite(largest)) return log_zero;
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double x = term(i);
        if (is_finite(x)) sum += std::exp(x - largest);
    }
    return largest + std::log(sum);
}

/// The same for an array of terms.
[[nodiscard]] inline double log_sum(std::span<const double> terms) {
    return log_sum(terms.size(), [&](std::size_t i) { return terms[i]; });
}

}  // namespace alrao
