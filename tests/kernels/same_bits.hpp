#pragma once

#include <cstring>
#include <vector>

namespace {

/// Whether two arrays are equal bit by bit, which NaN is to itself, and 0 is not to -0.
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

}  // namespace
