#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace alrao::check {

/// Expected values of one array of a layer, computed by a reference in long double, with the allowed error of each.
/// An element that the reference does not set is expected to be 0.
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
    /// Replaces allowed errors that are `unset` by the default.
    void complete() {
        long double largest = 0;
        for (const long double x : value) largest = std::max(largest, std::abs(x));
        for (long double& s : slack)
            if (s < 0) s = 1000 * largest;
    }

    static constexpr long double unset = -1;  ///< stands for the default of an allowed error
};

/// The type of the reference if check_layer is called without one.
struct NoReference {};

}  // namespace alrao::check
