#pragma once

#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace alrao::report {

/// A row of bars for a terminal (UTF-8), one for each value; more than `width` values are averaged in groups. A space
/// stands for a value that is not finite. If all values are equal, the bars have half of the height.
[[nodiscard]] inline std::string sparkline(std::span<const double> values, std::size_t width = 40) {
    constexpr std::array<std::string_view, 8> bars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const std::size_t n = std::min(values.size(), width);
    const auto mean_of = [&](std::size_t i) {
        const std::size_t first = i * values.size() / n, last = (i + 1) * values.size() / n;
        double sum = 0;
        for (std::size_t k = first; k < last; ++k) sum += values[k] / static_cast<double>(last - first);
        return sum;
    };
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (std::size_t i = 0; i < n; ++i) {
        const double mean = mean_of(i);
        if (is_finite(mean)) low = std::min(low, mean), high = std::max(high, mean);
    }
    std::string text;
    for (std::size_t i = 0; i < n; ++i) {
        const double mean = mean_of(i);
        if (!is_finite(mean)) {
            text += ' ';
            continue;
        }
        const double share = high > low ? (mean - low) / (high - low) : 0.5;
        text += bars[std::min<std::size_t>(7, static_cast<std::size_t>(share * 8))];
    }
    return text;
}

}  // namespace alrao::report
