#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace bench {

/// Returns the median of the values; if their number is even, the larger of the two middle values.
inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Calls `call` repeatedly for the given number of seconds, and at least once. Returns the median
/// milliseconds of a call. Up to `warm_up` calls, as many as begin within a second, are made before and not
/// measured.
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

/// Ratios of the times second / first of interleaved pairs of measurements, in ascending order. `figure` is
/// their median. `low` and `high` bound its 95 % confidence interval: they are the smallest and largest ratio
/// for 6 to 10 pairs, the second smallest and second largest for 11 to 20 pairs, and the sixth smallest and
/// sixth largest for 21 pairs or more.
struct PairedRatio {
    std::vector<double> sorted;
    double figure() const { return sorted[sorted.size() / 2]; }
    /// The position of `low` in `sorted`, counted from 0. The interval is that of the sign test, which makes
    /// no assumption about the distribution.
    std::size_t rank() const { return sorted.size() >= 21 ? 5 : sorted.size() >= 11 ? 1 : 0; }
    double low() const { return sorted[rank()]; }
    double high() const { return sorted[sorted.size() - 1 - rank()]; }
};

/// Measures `pairs` pairs; every other pair begins with `second`. The last two parameters are those of
/// `median_milliseconds`.
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
