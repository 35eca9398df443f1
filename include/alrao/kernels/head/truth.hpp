#pragma once

#include <cstddef>
#include <cstdint>

namespace alrao {

/// The values with which the rows of a batch are compared, in the caller's memory. A row is a sample or,
/// for sequences, a time step of a sample: all samples of the first step, then those of the second. Null
/// pointers: not given.
template <class T>
struct Truth {
    const std::int32_t* labels = nullptr;    ///< classification: [rows], 0 .. classes - 1
    const T* targets = nullptr;              ///< regression: [rows, outputs], or [rows] with `selected`
    const std::int32_t* selected = nullptr;  ///< regression: [rows], the only output that is compared
    const T* weights = nullptr;              ///< [rows], weight of a row in the loss, 0 or more; null: 1

    [[nodiscard]] constexpr bool given() const { return labels != nullptr || targets != nullptr; }
    [[nodiscard]] constexpr double weight(std::size_t row) const {
        return weights == nullptr ? 1.0 : static_cast<double>(weights[row]);
    }
};

}  // namespace alrao
