#pragma once

#include <alrao/ops/context.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <array>
#include <cstddef>
#include <string>

namespace alrao {

/// A block as an xtensor expression [rows, channels] over its memory, for layers that are written as
/// array expressions. Assigning to it writes there. Only where rows follow each other without gaps,
/// which holds outside the branches of a Concat.
template <class T>
[[nodiscard]] auto matrix_view(const Block<T>& block) {
    if (block.stride != block.channels)
        fail({"alrao: matrix_view: rows of this block start ", block.stride, " elements apart but hold ",
              block.channels});
    return view<2>(block.data, std::array<std::size_t, 2>{block.rows, block.channels});
}

/// A parameter's value as [rows, columns]: the axes before the feature axis, and from it on.
template <class T>
[[nodiscard]] auto value_view(const ParameterView<T>& parameter) {
    return view<2>(parameter.value, std::array<std::size_t, 2>{parameter.rows, parameter.columns});
}

/// A parameter's gradient likewise; backward assigns to it.
template <class T>
[[nodiscard]] auto gradient_view(const ParameterView<T>& parameter) {
    return view<2>(parameter.gradient, std::array<std::size_t, 2>{parameter.rows, parameter.columns});
}

}  // namespace alrao
