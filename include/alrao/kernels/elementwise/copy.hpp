#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels {

/// to[r][c] = from[r][c]; the two must not overlap.
template <class Backend, class T>
void copy_rows(Rows extent, Matrix<const T> from, Matrix<T> to, Threads& threads) {
    const std::size_t count = extent.rows * extent.columns;
    if (from.stride == extent.columns && to.stride == extent.columns) {
        split_work(threads, count, tile_columns, count, [&](std::size_t begin, std::size_t end) {
            std::copy(from.data + begin, from.data + end, to.data + begin);
        });
    } else {
        split_work(threads, extent.rows, 1, count, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r) {
                std::copy_n(from.row(r), extent.columns, to.row(r));
            }
        });
    }
}

}  // namespace alrao::kernels
