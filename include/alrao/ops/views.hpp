#pragma once

#include <alrao/ops/context.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <array>
#include <cstddef>
#include <string>

namespace alrao {

/// A block as an xtensor view [rows, channels], for layers that are written as array expressions.
/// Assigning to it writes to the block. Throws ArgumentError if the rows are not contiguous, which occurs
/// only in the branches of a Concat.
template <class T>
[[nodiscard]] auto matrix_view(const Block<T>& block) {
    if (block.stride != block.channels)
        fail({"alrao: matrix_view: the rows of this block are not contiguous: stride ", block.stride,
              ", channels ", block.channels});
    return view<2>(block.data, std::array<std::size_t, 2>{block.rows, block.channels});
}

/// The value of a parameter as an xtensor view [rows, columns]. The columns are the feature axis and any
/// axes after it; the rows are all axes before it.
template <class T>
[[nodiscard]] auto value_view(const ParameterView<T>& parameter) {
    return view<2>(parameter.value, std::array<std::size_t, 2>{parameter.rows, parameter.columns});
}

/// The gradient of a parameter, in the same form. Backward assigns to it.
template <class T>
[[nodiscard]] auto gradient_view(const ParameterView<T>& parameter) {
    return view<2>(parameter.gradient, std::array<std::size_t, 2>{parameter.rows, parameter.columns});
}

}  // namespace alrao
