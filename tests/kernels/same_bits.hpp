#pragma once

#include <cstring>
#include <vector>

namespace {

/// True if two arrays have the same bits: NaN equals a NaN with the same bits, and 0 differs from -0.
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

}  // namespace
