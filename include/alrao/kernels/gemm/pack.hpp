#pragma once

#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/transpose.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// Packs `count` <= Width rows of `source` as the columns of a panel: panel[p * Width + i] =
/// source(min(i, count - 1), p) for p < k, i < Width. May write up to one register beyond the panel.
template <class Arch, std::size_t Width, class T>
void pack_rows(std::size_t count, std::size_t k, Matrix<const T> source, T* panel) {
    constexpr std::size_t lanes = register_width<T, Arch>;
    constexpr std::size_t groups = (Width + lanes - 1) / lanes;
    std::array<const T*, groups * lanes> rows{};
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = source.row(std::min(i, count - 1));
    std::size_t p = 0;
    if constexpr (Width > 1) {
        for (; p + lanes <= k; p += lanes) {
            // The last group writes beyond its row, into the first columns of the panel's next row;
            // therefore it is stored first.
            for (std::size_t g = groups; g-- > 0;) {
                transpose_block<Arch>(rows.data() + g * lanes, p, panel + p * Width + g * lanes, Width);
            }
        }
    }
    for (; p < k; ++p) {
        for (std::size_t i = 0; i < Width; ++i) panel[p * Width + i] = rows[i][p];
    }
}

/// panel[p * Width + i] = source(p, i) for p < k, i < count <= Width; 0 in columns beyond `count`.
template <class Arch, std::size_t Width, class T>
void pack_columns(std::size_t count, std::size_t k, Matrix<const T> source, T* panel) {
    using V = Register<T, Arch>;
    if (count == Width) {
        const T* from = source.data;
        for (std::size_t p = 0; p < k; ++p, from += source.stride, panel += Width) {
            if constexpr (Width % V::size == 0) {
                unroll<Width / V::size>([&](auto v) {
                    V::load_unaligned(from + v * V::size).store_unaligned(panel + v * V::size);
                });
            } else {
                __builtin_memcpy(panel, from, Width * sizeof(T));
            }
        }
        return;
    }
    std::fill_n(panel, k * Width, T{0});
    for (std::size_t p = 0; p < k; ++p) {
        const T* from = source.row(p);
        T* to = panel + p * Width;
        // Sizes that are known at compile time become single moves.
        const auto piece = [&]<std::size_t Size>() {
            if ((count & Size) == 0) return;
            __builtin_memcpy(to, from, Size * sizeof(T));
            from += Size;
            to += Size;
        };
        piece.template operator()<16>();
        piece.template operator()<8>();
        piece.template operator()<4>();
        piece.template operator()<2>();
        piece.template operator()<1>();
    }
}

/// Packs `Count` panels side by side: panel[(c * k + p) * Width + i] = source(p, c * Width + i). Each cache
/// line of `source` is read only once, because rows whose stride is a power of two map to few sets of the
/// first-level cache and would evict each other before a second read.
template <class Arch, std::size_t Width, std::size_t Count, class T>
void pack_adjacent(std::size_t k, Matrix<const T> source, T* panel) {
    constexpr std::size_t ahead_by = 8, line = 64 / sizeof(T);
    for (std::size_t p = 0; p < k; ++p, panel += Width) {
        const T* const from = source.row(p);
#pragma GCC unroll 8
        for (std::size_t i = 0; i < Count * Width; i += line)
            __builtin_prefetch(source.row(p + ahead_by) + i);
#pragma GCC unroll 8
        for (std::size_t c = 0; c < Count; ++c)
            __builtin_memcpy(panel + c * k * Width, from + c * Width, Width * sizeof(T));
    }
}

/// Fills the columns from `count` to `Width` of a panel with copies of column `count` - 1.
template <std::size_t Width, class T>
void repeat_last_column(std::size_t count, std::size_t k, T* panel) {
    for (std::size_t p = 0; p < k; ++p) {
        for (std::size_t i = count; i < Width; ++i) panel[p * Width + i] = panel[p * Width + count - 1];
    }
}

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
