#pragma once

#include <alrao/kernels/gemm/epilogue.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/gemm/pack.hpp>
#include <alrao/kernels/gemm/tile.hpp>
#include <alrao/shape/extents.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao::kernels::detail {

/// The number of rows of the tiles that cover n rows.
template <class Arch>
[[nodiscard]] constexpr std::size_t covered_rows(std::size_t n) noexcept {
    std::size_t covered = 0;
    while (covered < n) covered += next_tile_height<Arch>(n - covered);
    return covered;
}

/// True if a product A^T B with few columns is faster when computed transposed, C^T = op(B)^T op(A)^T.
/// There are more tile heights than widths, so ten columns need not cost as much as sixteen.
template <class Arch, class T>
[[nodiscard]] constexpr bool is_better_turned(std::size_t m, std::size_t n) noexcept {
    return n < tile_width<Arch, T> && m >= tile_width<Arch, T> &&
           covered_rows<Arch>(n) < rounded_up(n, register_width<T, Arch>);
}

/// The number of terms of the sums that are computed at a time: the part of A that a tile reads then
/// fills half of the first-level cache.
template <class T>
inline constexpr std::size_t turned_depth = 512 / sizeof(T);

/// Packs the transpose of `depth` rows and n columns of B into panels with the heights of the tiles that
/// cover the columns. Rows beyond the last column are copies of it.
template <class Arch, class T>
void pack_turned(Matrix<const T> b, std::size_t n, std::size_t depth, T* factor) {
    const std::size_t height_of_all = covered_rows<Arch>(n);
    for (std::size_t j = 0; j < height_of_all; ++j) {
        std::size_t first = 0, height = next_tile_height<Arch>(n);
        while (j >= first + height) {
            first += height;
            height = next_tile_height<Arch>(n - first);
        }
        const std::size_t column = std::min(j, n - 1);
        T* const to = factor + first * depth + (j - first);
        for (std::size_t q = 0; q < depth; ++q) to[q * height] = b.row(q)[column];
    }
}

/// Computes a product A^T B that has fewer columns than a tile is wide, as C^T: the heights of its tiles
/// cover the columns of C. A is read in its own layout. Sums are accumulated in the same order as by the
/// other methods, so the bits are equal.
/// @param depth_step the number of terms of the sums for which B is packed at once
/// @param factor covered_rows(n) * depth_step elements
/// @param panel a tile's width * turned_depth elements
template <class Arch, class T>
void multiply_turned(const Product<T>& product, std::size_t depth_step, T* factor, T* panel) {
    constexpr std::size_t width = tile_width<Arch, T>;
    const std::size_t m = product.m, k = product.k;
    const std::size_t n = std::min(product.n, width - 1);  // prevents a compiler warning
    alignas(64) std::array<T, width * width> turned;
    for (std::size_t p = 0; p < k; p += depth_step) {
        const std::size_t depth = std::min(k - p, depth_step);
        pack_turned<Arch>(Matrix<const T>{product.b.row(p), product.b.stride}, n, depth, factor);
        const bool resume = p != 0 || product.epilogue.accumulate;
        for (std::size_t i = 0; i < m; i += width) {
            const std::size_t rows = std::min(width, m - i);
            for (std::size_t j = 0; j < n && resume; ++j)
                for (std::size_t r = 0; r < width; ++r)
                    turned[j * width + r] = product.c.row(i + std::min(r, rows - 1))[j];
            for (std::size_t q = 0; q < depth; q += turned_depth<T>) {
                const std::size_t part = std::min(depth - q, turned_depth<T>);
                Matrix<const T> a{panel, width};
                if (rows == width) {
                    a = {product.a.row(p + q) + i, product.a.stride};
                } else {
                    pack_columns<Arch, width>(rows, part, {product.a.row(p + q) + i, product.a.stride},
                                              panel);
                }
                for (std::size_t j = 0; j < n;) {
                    const std::size_t height = next_tile_height<Arch>(n - j);
                    const bool fetches = i + width < m && j == 0;
                    multiply_tile<Arch>(height, 2,
                                        TileWork<T>{.k = part,
                                                    .a = factor + j * depth + q * height,
                                                    .b = a.data,
                                                    .b_stride = a.stride,
                                                    .c = {turned.data() + j * width, width},
                                                    .resume = resume || q != 0,
                                                    .last = false,
                                                    .bias = nullptr,
                                                    .magnitude = nullptr,
                                                    .activation = Activation::none,
                                                    .next = a.data + width,
                                                    .next_stride = a.stride,
                                                    .next_rows = fetches ? part : 0});
                    j += height;
                }
            }
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t j = 0; j < n; ++j) product.c.row(i + r)[j] = turned[j * width + r];
        }
    }
    apply_epilogue<Arch>(m, n, product.c, product.epilogue);
}

}  // namespace alrao::kernels::detail
