#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::detail {

/// Calls f(first, count) for each contiguous run of numbers of a feature of a parameter: `inner` columns in
/// each of its rows. `buffer` has the layout of the network's parameter buffer.
template <class T, class F>
void for_feature(T* buffer, const ParameterEntry& entry, std::size_t feature, F f) {
    for (std::size_t row = 0; row < entry.rows; ++row)
        f(buffer + entry.offset + row * entry.columns + feature * entry.inner, entry.inner);
}

/// Sets the numbers of a feature to 0.
template <class T>
void clear_feature(T* buffer, const ParameterEntry& entry, std::size_t feature) {
    for_feature(buffer, entry, feature, [](T* first, std::size_t count) { std::fill_n(first, count, T{0}); });
}

/// Whether any number of a feature is not 0.
template <class T>
[[nodiscard]] bool feature_lives(const T* buffer, const ParameterEntry& entry, std::size_t feature) {
    bool lives = false;
    for_feature(buffer, entry, feature, [&](const T* first, std::size_t count) {
        lives = lives || std::any_of(first, first + count, [](T x) { return !is_zero(x); });
    });
    return lives;
}

}  // namespace alrao::detail
