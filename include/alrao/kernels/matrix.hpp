#pragma once

#include <cstddef>
#include <type_traits>

namespace alrao::kernels {

/// Rows of contiguous elements with a row stride of `stride` elements. Elements between the rows are not
/// accessed.
template <class T>
struct Matrix {
    T* data;
    std::size_t stride;

    [[nodiscard]] constexpr T* row(std::size_t index) const { return data + index * stride; }

    constexpr operator Matrix<const T>() const
        requires(!std::is_const_v<T>)
    {
        return {data, stride};
    }
};

/// Extents of a matrix at run time.
struct Rows {
    std::size_t rows, columns;
};

}  // namespace alrao::kernels
