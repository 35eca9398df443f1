#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace bench {

/// The median; for an even number of values, the larger of the two middle ones.
inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// The median time of a call in milliseconds, measured over `seconds`. The calls before the measurement,
/// `warm_up` of them or as many as start within a second, are not counted.
template <class F>
double median_milliseconds(double seconds, F&& call, int warm_up = 5) {
    using Clock = std::chrono::steady_clock;
    const auto passed = [](Clock::time_point since) {
        return std::chrono::duration<double>(Clock::now() - since).count();
    };
    auto start = Clock::now();
    for (int warm = 0; warm < warm_up && passed(start) < 1; ++warm) call();
    std::vector<double> times;
    start = Clock::now();
    do {
        const auto before = Clock::now();
        call();
        times.push_back(1e3 * passed(before));
    } while (passed(start) < seconds);
    return median(times);
}

/// Ratios second / first of interleaved pairs of measurements, sorted; every other pair starts with the
/// second. The result is the median. The bounds of its 95 % interval are the second and the last but one
/// of 11 pairs, or the sixth and the last but five of 21.
struct PairedRatio {
    std::vector<double> sorted;
    double figure() const { return sorted[sorted.size() / 2]; }
    /// The rank of the lower bound of the interval, which assumes no distribution: the order statistics
    /// of the sign test.
    std::size_t rank() const { return sorted.size() >= 21 ? 5 : sorted.size() >= 11 ? 1 : 0; }
    double low() const { return sorted[rank()]; }
    double high() const { return sorted[sorted.size() - 1 - rank()]; }
};

/// Measures `pairs` pairs of two candidates, `seconds` for each measurement.
template <class First, class Second>
PairedRatio paired_ratio(std::size_t pairs, double seconds, First& first, Second& second, int warm_up = 5) {
    PairedRatio result;
    for (std::size_t i = 0; i < pairs; ++i) {
        double a = 0, b = 0;
        if (i % 2 == 0) a = median_milliseconds(seconds, first, warm_up);
        b = median_milliseconds(seconds, second, warm_up);
        if (i % 2 == 1) a = median_milliseconds(seconds, first, warm_up);
        result.sorted.push_back(b / a);
    }
    std::sort(result.sorted.begin(), result.sorted.end());
    return result;
}

}  // namespace bench
