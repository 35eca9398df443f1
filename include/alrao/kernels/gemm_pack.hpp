#pragma once

#include <alrao/kernels/gemm_operands.hpp>
#include <alrao/tensor/transpose.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao::kernels::detail {

/// panel[p * Width + i] = source(min(i, count - 1), p) for p < k, i < Width: `count` rows become columns.
/// Writes up to a register's width beyond the panel.
template <class Arch, std::size_t Width, class T>
void pack_rows(std::size_t count, std::size_t k, Matrix<const T> source, T* panel) {
    constexpr std::size_t lanes = batch_width<T, Arch>;
    constexpr std::size_t groups = (Width + lanes - 1) / lanes;
    std::array<const T*, groups * lanes> rows{};
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = source.row(std::min(i, count - 1));
    std::size_t p = 0;
    if constexpr (Width > 1) {
        for (; p + lanes <= k; p += lanes) {
            // The last group writes into the first columns of the next row of the panel: it goes first.
            for (std::size_t g = groups; g-- > 0;) {
                transpose_block<Arch>(rows.data() + g * lanes, p, panel + p * Width + g * lanes, Width);
            }
        }
    }
    for (; p < k; ++p) {
        for (std::size_t i = 0; i < Width; ++i) panel[p * Width + i] = rows[i][p];
    }
}

/// panel[p * Width + i] = source(p, i) for p < k, i < count. Columns beyond `count` repeat the last one.
template <std::size_t Width, class T>
void pack_columns(std::size_t count, std::size_t k, Matrix<const T> source, T* panel) {
    if (count >= Width) {
        for (std::size_t p = 0; p < k; ++p) {
            __builtin_memcpy(panel + p * Width, source.row(p), Width * sizeof(T));
        }
        return;
    }
    for (std::size_t p = 0; p < k; ++p) {
        const T* const row = source.row(p);
        T* const out = panel + p * Width;
        std::copy_n(row, count, out);
        std::fill(out + count, out + Width, row[count - 1]);
    }
}

}  // namespace alrao::kernels::detail
