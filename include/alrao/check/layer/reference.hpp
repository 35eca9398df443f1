#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace alrao::check {

/// Expected values of one array of a layer, computed by a reference in long double, with the allowed error of each.
struct Wanted {
    std::vector<long double> value;
    std::vector<long double> slack;  ///< allowed error, in units of epsilon of float or double

    explicit Wanted(std::size_t size) : value(size), slack(size) {}

    /// Sets the expected value v of element i and its allowed error s. The default of s is 1000 times the largest
    /// magnitude of the array.
    void set(std::size_t i, long double v, long double s = unset) {
        value[i] = v;
        slack[i] = s;
    }
    /// Sets the allowed errors that have no value yet.
    void complete() {
        long double largest = 0;
        for (const long double x : value) largest = std::max(largest, std::abs(x));
        for (long double& s : slack)
            if (s < 0) s = 1000 * largest;
    }

    static constexpr long double unset = -1;
};

/// Stands for a missing reference.
struct NoReference {};

}  // namespace alrao::check
