#pragma once

#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace alrao {

/// Smallest and largest number of each column.
struct ColumnRanges {
    std::vector<double> least{}, most{};

    [[nodiscard]] std::size_t columns() const { return least.size(); }
    /// Whether all numbers of column c are equal.
    [[nodiscard]] bool constant(std::size_t c) const { return is_same_number(least[c], most[c]); }
    /// The largest |x| of column c.
    [[nodiscard]] double reach(std::size_t c) const {
        return std::max(std::abs(least[c]), std::abs(most[c]));
    }
    /// Half the width of the range of column c.
    [[nodiscard]] double spread(std::size_t c) const { return most[c] / 2 - least[c] / 2; }
};

/// Mean and (population) standard deviation of each column, [columns] each.
struct ColumnMoments {
    std::vector<double> mean{}, deviation{};
};

namespace detail {

/// Numbers in columns. `at(i)` points to the `size` numbers of sample i; number k belongs to column k %
/// columns.
template <class At>
struct Columns {
    std::size_t samples, size, columns;
    At at;

    /// Calls f(numbers of a sample, k) for all samples and all k.
    template <class F>
    void for_each(F f) const {
        for (std::size_t i = 0; i < samples; ++i) {
            const auto* x = at(i);
            for (std::size_t k = 0; k < size; ++k) f(x, k);
        }
    }
    /// Adds the elements of `of_places` [size] that belong to the same column (element k belongs to column
    /// k % columns). Returns the sums [columns].
    [[nodiscard]] std::vector<double> fold(const std::vector<double>& of_places) const {
        std::vector<double> sums(columns);
        for (std::size_t k = 0; k < size; ++k) sums[k % columns] += of_places[k];
        return sums;
    }
};
template <class At>
Columns(std::size_t, std::size_t, std::size_t, At) -> Columns<At>;

/// The range of each column. Calls refuse(i, k) if number k of sample i is not finite.
template <class At, class Refuse>
ColumnRanges column_ranges(const Columns<At>& data, Refuse refuse) {
    constexpr double largest = std::numeric_limits<double>::max();
    std::vector<double> least(data.size, largest), most(data.size, -largest);
    for (std::size_t i = 0; i < data.samples; ++i) {
        const auto* x = data.at(i);
        unsigned finite = 1;
        for (std::size_t k = 0; k < data.size; ++k) finite &= is_finite(x[k]) ? 1u : 0u;
        for (std::size_t k = 0; finite == 0 && k < data.size; ++k)
            if (!is_finite(x[k])) refuse(i, k);
        for (std::size_t k = 0; k < data.size; ++k) {
            const auto number = static_cast<double>(x[k]);
            least[k] = number < least[k] ? number : least[k];
            most[k] = number > most[k] ? number : most[k];
        }
    }
    ColumnRanges ranges{std::vector<double>(data.columns, largest),
                        std::vector<double>(data.columns, -largest)};
    for (std::size_t k = 0; k < data.size; ++k) {
        const std::size_t c = k % data.columns;
        ranges.least[c] = std::min(ranges.least[c], least[k]);
        ranges.most[c] = std::max(ranges.most[c], most[k]);
    }
    return ranges;
}

/// For each column, the range of most of its numbers.
struct TypicalRanges {
    ColumnRanges ranges{};
    std::vector<bool> repeats{};  ///< [columns]: whether at least half of the numbers are equal
};

/// The range of each column from the first to the 99th percentile, estimated from up to 1024 samples. If at
/// least half of the numbers of a column are equal, such as the zeros of dark pixels or of one-hot encoded
/// categories, the whole range is used.
/// @param ranges smallest and largest of all numbers of each column
template <class At>
[[nodiscard]] TypicalRanges typical_ranges(const Columns<At>& data, const ColumnRanges& ranges) {
    constexpr std::size_t most_samples = 1024, most_numbers = std::size_t{1} << 20;
    const std::size_t each = data.size / data.columns;
    const std::size_t looked_at =
        std::min({data.samples, most_samples, std::max<std::size_t>(most_numbers / data.size, 32)});
    TypicalRanges typical{ranges, std::vector<bool>(data.columns, true)};
    std::vector<double> numbers;
    for (std::size_t c = 0; c < data.columns; ++c) {
        numbers.resize(0);
        for (std::size_t i = 0; i < looked_at; ++i) {
            const auto* x = data.at(i * data.samples / looked_at);
            for (std::size_t k = 0; k < each; ++k)
                numbers.push_back(static_cast<double>(x[k * data.columns + c]));
        }
        std::sort(numbers.begin(), numbers.end());
        const std::size_t count = numbers.size(), outer = count / 100, half = (count + 1) / 2;
        bool repeated = false;
        for (std::size_t i = 0; !repeated && i + half <= count; ++i)
            repeated = is_same_number(numbers[i], numbers[i + half - 1]);
        typical.repeats[c] = repeated;
        if (repeated) continue;
        typical.ranges.least[c] = numbers[outer];
        typical.ranges.most[c] = numbers[count - 1 - outer];
    }
    return typical;
}

/// A power of two whose product with `size` is in [0.5, 1), so that squares do not leave the range of double.
[[nodiscard]] inline double scale_to_one(double size) {
    int exponent = 0;
    std::frexp(size, &exponent);
    return std::ldexp(1.0, std::clamp(-exponent, -1000, 1000));
}

/// Computes the moments of columns with these ranges, in double, by two passes over u = scale (x - least). The
/// subtraction is nearly exact, so a mean that is large beside the deviation costs no precision, and squares stay in
/// range. The second pass corrects the rounding error of the mean of the first one. For equal numbers the mean is
/// exact. Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance", 1983.
template <class At>
ColumnMoments column_moments(const Columns<At>& data, const ColumnRanges& ranges) {
    const auto count = static_cast<double>(data.samples) * static_cast<double>(data.size / data.columns);
    std::vector<double> scale(data.size), least(data.size), center(data.size);
    for (std::size_t k = 0; k < data.size; ++k) {
        scale[k] = scale_to_one(ranges.spread(k % data.columns));
        least[k] = ranges.least[k % data.columns] * scale[k];
    }
    const auto u = [&](const auto* x, std::size_t k) {
        return static_cast<double>(x[k]) * scale[k] - least[k];
    };
    std::vector<double> sums(data.size), squares(data.size);
    data.for_each([&](const auto* x, std::size_t k) { sums[k] += u(x, k); });
    std::vector<double> middle = data.fold(sums);
    for (double& each : middle) each /= count;
    for (std::size_t k = 0; k < data.size; ++k) center[k] = middle[k % data.columns];
    std::fill(sums.begin(), sums.end(), 0.0);
    data.for_each([&](const auto* x, std::size_t k) {
        const double apart = u(x, k) - center[k];
        sums[k] += apart;
        squares[k] += apart * apart;
    });
    ColumnMoments moments{data.fold(sums), data.fold(squares)};
    for (std::size_t c = 0; c < data.columns; ++c) {
        const double rest = moments.mean[c] / count;
        const double variance = std::max(0.0, moments.deviation[c] / count - rest * rest);
        moments.mean[c] = (least[c] + (middle[c] + rest)) / scale[c];
        moments.deviation[c] = std::sqrt(variance) / scale[c];
    }
    return moments;
}

}  // namespace detail

}  // namespace alrao
