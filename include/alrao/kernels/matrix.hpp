#pragma once

#include <cstddef>
#include <type_traits>

namespace alrao::kernels {

/// A view of a row-major matrix: each row is contiguous, and rows are `stride` elements apart. Elements
/// between the end of a row and the next row are not accessed.
template <class T>
struct Matrix {
    T* data;
    std::size_t stride;

    /// Pointer to the first element of row `index`.
    [[nodiscard]] constexpr T* row(std::size_t index) const { return data + index * stride; }

    constexpr operator Matrix<const T>() const
        requires(!std::is_const_v<T>)
    {
        return {data, stride};
    }
};

/// The extents of a matrix.
struct Rows {
    std::size_t rows, columns;
};

}  // namespace alrao::kernels
