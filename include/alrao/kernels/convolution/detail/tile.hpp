#pragma once

#include <alrao/kernels/gemm/tile.hpp>
#include <alrao/tensor/simd.hpp>

#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// sum += the outer product of a column of A and a row of B; element(i) returns the i-th element of the
/// column.
template <class Arch, class T, std::size_t Rows, std::size_t Registers, class Element>
[[gnu::always_inline]] inline void add_outer_product(const T* b, Element&& element,
                                                     Register<T, Arch> (&sum)[Rows][Registers]) {
    using V = Register<T, Arch>;
    V row[Registers];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < Registers; ++v) row[v] = V::load_unaligned(b + v * V::size);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < Rows; ++i) {
        const V a(element(i));
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Registers; ++v) sum[i][v] = madd<Arch, T>(a, row[v], sum[i][v]);
    }
}

/// Distance of the prefetch into the first-level cache, in columns of A or rows of B.
inline constexpr std::size_t tile_ahead = 16;

/// Computes a tile whose rows of A are not packed. Row i consists of `segments` pieces of work.k
/// elements, and rows[s * Rows + i] points to the piece of segment s. B is packed. While a segment is
/// multiplied, the next one is prefetched, because the hardware prefetcher cannot follow so many rows.
template <class Arch, class T, std::size_t Rows, std::size_t Registers>
void multiply_row_tile(const TileWork<T>& work, const T* const* rows, std::size_t segments) {
    using V = Register<T, Arch>;
    constexpr std::size_t width = Registers * V::size, line = 64 / sizeof(T);
    V sum[Rows][Registers];
    begin_sums<Arch, T>(work, sum);
    const T* b = work.b;
    const std::size_t k = work.k;
    for (std::size_t s = 0; s < segments; ++s, rows += Rows) {
        const T* a[Rows];
#pragma GCC unroll 16
        for (std::size_t i = 0; i < Rows; ++i) a[i] = rows[i];
        if (s + 1 < segments) {
            for (std::size_t i = 0; i < Rows; ++i) {
                for (std::size_t p = 0; p < k; p += line) __builtin_prefetch(rows[Rows + i] + p);
            }
        }
        for (std::size_t p = 0; p < k; ++p, b += width) {
#pragma GCC unroll 4
            for (std::size_t v = 0; v < Registers; ++v)
                __builtin_prefetch(b + tile_ahead * width + v * V::size);
            add_outer_product<Arch, T>(
                b, [&](std::size_t i) { return a[i][p]; }, sum);
        }
    }
    finish_sums<Arch, T>(work, sum);
}

/// Computes a tile whose columns of A are not packed. Column p < work.k is the `Rows` elements from
/// columns[p] + offset on.
template <class Arch, class T, std::size_t Rows, std::size_t Registers>
void multiply_column_tile(const TileWork<T>& work, const T* const* columns, std::size_t offset) {
    using V = Register<T, Arch>;
    V sum[Rows][Registers];
    begin_sums<Arch, T>(work, sum);
    const T* b = work.b;
    const auto multiply = [&](std::size_t p) __attribute__((always_inline)) {
        const T* const a = columns[p] + offset;
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Registers; ++v)
            __builtin_prefetch(b + tile_ahead * work.b_stride + v * V::size);
        add_outer_product<Arch, T>(
            b, [&](std::size_t i) { return a[i]; }, sum);
        b += work.b_stride;
    };
    std::size_t p = 0;
    for (; p + tile_ahead < work.k; ++p) {
        __builtin_prefetch(columns[p + tile_ahead] + offset);
        multiply(p);
    }
    for (; p < work.k; ++p) multiply(p);
    finish_sums<Arch, T>(work, sum);
}

/// Calls f.operator()<height, registers>() for the extents of a tile that are known only at run time.
template <class Arch, class F>
void with_tile(std::size_t height, std::size_t registers, F&& f) {
    constexpr auto& heights = tile_heights<Arch>;
    const auto at = [&]<std::size_t Height>() {
        if (height != Height) return false;
        registers == 2 ? f.template operator()<Height, 2>() : f.template operator()<Height, 1>();
        return true;
    };
    [[maybe_unused]] const bool found =
        at.template operator()<heights[0]>() || at.template operator()<heights[1]>() ||
        at.template operator()<heights[2]>() || at.template operator()<heights[3]>();
}

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
