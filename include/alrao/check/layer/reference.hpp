#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace alrao::check {

/// The numbers that a slow reference computes for one array of a layer, in long double, each with the error
/// that the layer may make.
struct Wanted {
    std::vector<long double> value;
    std::vector<long double> slack;  ///< allowed error, in units of epsilon of float or double

    explicit Wanted(std::size_t size) : value(size), slack(size) {}

    /// Element i is v. Without a slack it is 1000 times the largest value of the array.
    void set(std::size_t i, long double v, long double s = unset) {
        value[i] = v;
        slack[i] = s;
    }
    /// Replaces the slacks that were not given.
    void complete() {
        long double largest = 0;
        for (const long double x : value) largest = std::max(largest, std::abs(x));
        for (long double& s : slack)
            if (s < 0) s = 1000 * largest;
    }

    static constexpr long double unset = -1;
};

/// Stands for a reference where there is none.
struct NoReference {};

}  // namespace alrao::check
