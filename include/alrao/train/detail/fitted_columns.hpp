#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/train/detail/column_moments.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace alrao::detail {

/// The deviation of a column in comparison with the rounding of its type.
enum class Spread : unsigned char {
    wide,      ///< the deviation is many units of rounding
    coarse,    ///< fewer than `coarse_units` units
    rounding,  ///< at most one unit: the variation may consist of rounding errors
    none,      ///< all numbers are equal
};

/// Below this number of units of rounding, the deviation is Spread::coarse: the column has few different
/// numbers.
inline constexpr double coarse_units = 16;

/// The unit of rounding of numbers of this size, in T.
template <class T>
[[nodiscard]] double rounding_at(double number) {
    return static_cast<double>(std::numeric_limits<T>::epsilon()) * std::abs(number);
}

/// The Spread of a column of data in T with these moments.
template <class T>
[[nodiscard]] Spread spread_of(double mean, double deviation) {
    const double rounding = rounding_at<T>(mean);
    if (is_zero(deviation)) return Spread::none;
    if (!(deviation > rounding)) return Spread::rounding;
    return deviation < coarse_units * rounding ? Spread::coarse : Spread::wide;
}

/// Moments of columns of data, and the constants with which they are standardised.
struct FittedColumns {
    ColumnMoments data{}, constants{};

    [[nodiscard]] std::size_t columns() const { return data.mean.size(); }
    template <class T>
    [[nodiscard]] Spread spread(std::size_t c) const {
        return spread_of<T>(data.mean[c], data.deviation[c]);
    }
};

/// Whether (x - mean) (1 / deviation) can be computed in T for x from `least` to `most`.
template <class T>
[[nodiscard]] bool can_standardize(double mean, double deviation, double least, double most) {
    const double half = std::max(most / 2 - mean / 2, mean / 2 - least / 2);
    return is_finite(mean) && is_finite(deviation) && is_finite(T{1} / static_cast<T>(deviation)) &&
           half <= static_cast<double>(std::numeric_limits<T>::max()) / 2;
}

/// Computes the constants for data in T: mean and deviation of each column, with two exceptions. For a
/// constant column, the mean is its value and the deviation is 1, so that the column becomes exactly 0. If a
/// unit of rounding of the value is 1 or more, the deviation is |value| instead, so that neighbouring numbers
/// in other data do not become huge. If a column varies by rounding only, its deviation is max(1, |mean|), so
/// that the column becomes nearly 0.
/// @throws ArgumentError if the numbers of a column are too large or too close together
template <class T, class At>
[[nodiscard]] FittedColumns fitted_columns(const Columns<At>& data, const ColumnRanges& ranges,
                                           const char* what) {
    FittedColumns fitted{.data = column_moments(data, ranges)};
    fitted.constants = fitted.data;
    for (std::size_t c = 0; c < ranges.columns(); ++c) {
        const double mean = fitted.data.mean[c];
        double& deviation = fitted.constants.deviation[c];
        const Spread spread = fitted.spread<T>(c);
        if (spread == Spread::none) deviation = rounding_at<T>(mean) < 1 ? 1 : std::abs(mean);
        else if (spread == Spread::rounding) deviation = std::max(1.0, std::abs(mean));
        if (!can_standardize<T>(mean, deviation, ranges.least[c], ranges.most[c]))
            fail({"alrao: fit: ", what, " ", c, " cannot be standardised: with mean ", mean, ", deviation ",
                  deviation, " and numbers of up to ", ranges.reach(c),
                  " the arithmetic leaves the range of the model's numbers; scale the data"});
    }
    return fitted;
}

}  // namespace alrao::detail
