#pragma once

#include <cstddef>
#include <cstdint>

namespace alrao {

/// The labels or targets of a batch, and the weights of its rows, in memory of the caller. A row is a
/// sample or, for sequences, a time step of a sample: all samples of the first time step, then those of
/// the second. A null pointer means that the array is not given.
template <class T>
struct Truth {
    const std::int32_t* labels = nullptr;    ///< classification: [rows], 0 .. classes - 1
    const T* targets = nullptr;              ///< regression: [rows, outputs], or [rows] with `selected`
    const std::int32_t* selected = nullptr;  ///< regression: [rows], the only output that is compared
    const T* weights = nullptr;              ///< [rows], weight of a row in the loss, at least 0; null: all 1

    /// True if there are labels or targets.
    [[nodiscard]] constexpr bool given() const { return labels != nullptr || targets != nullptr; }
    /// The weight of a row in the loss.
    [[nodiscard]] constexpr double weight(std::size_t row) const {
        return weights == nullptr ? 1.0 : static_cast<double>(weights[row]);
    }
};

}  // namespace alrao
