#pragma once

#include <alrao/kernels/convolution/detail/depthwise_tile.hpp>
#include <alrao/kernels/convolution/detail/product.hpp>
#include <alrao/shape/extents.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// The order in which a depthwise convolution visits a grid of outputs: a line, which is a pair of rows,
/// at a time; within it, patches of 2x4 outputs if the window is 3x3, else single pixels.
template <class T>
struct DepthwiseCover {
    /// The number of lines of an image.
    static std::size_t pairs(const TapGrid& grid) { return (grid.vertical.places + 1) / 2; }

    [[nodiscard]] static Cell first_of_line(const TapGrid& grid, std::size_t line) {
        return {line / pairs(grid), line % pairs(grid) * 2, 0};
    }

    /// Visits the lines of a grid. Calls on_patch(patch) for each patch if the window is 3x3, else
    /// on_pixel(cell, pixel of `at`) for each cell, and on_pair(first cell, rows) after each line.
    template <class OnPatch, class OnPixel, class OnPair>
    static void visit(const GatheredPixels<T>& a, const GridPixels<T>& at, Range lines, OnPatch&& on_patch,
                      OnPixel&& on_pixel, OnPair&& on_pair) {
        const TapGrid& grid = a.grid;
        const auto is_patch = [&](std::ptrdiff_t stride) {
            const auto is = [&](const TapAxis& axis) {
                return axis.taps == 3 && axis.step == 1 && axis.scale == stride;
            };
            return is(grid.vertical) && is(grid.horizontal);
        };
        for (std::size_t line = lines.begin; line < lines.end; ++line) {
            const Cell first = first_of_line(grid, line);
            const std::size_t rows = std::min<std::size_t>(2, grid.vertical.places - first.row);
            const auto cover = [&]<std::size_t Stride>() {
                if (rows == 2) {
                    cover_rows<2, Stride>(a, at, first, on_patch);
                } else {
                    cover_rows<1, Stride>(a, at, first, on_patch);
                }
            };
            if (is_patch(1)) {
                cover.template operator()<1>();
            } else if (is_patch(2)) {
                cover.template operator()<2>();
            } else {
                for (std::size_t r = 0; r < rows; ++r) {
                    for (std::size_t q = 0; q < grid.horizontal.places; ++q) {
                        const Cell cell{first.image, first.row + r, q};
                        on_pixel(cell, at.at(grid, cell));
                    }
                }
            }
            on_pair(first, rows);
        }
    }

private:
    template <std::size_t Rows, std::size_t Stride, class OnPatch>
    static void cover_rows(const GatheredPixels<T>& a, const GridPixels<T>& at, Cell cell,
                           OnPatch&& on_patch) {
        const std::size_t end = a.grid.horizontal.places;
        const auto cover = [&]<std::size_t Columns>() {
            for (; cell.column + Columns <= end; cell.column += Columns) {
                const auto patch = patch_at<Rows, Columns, Stride>(a, at, cell);
                fetch_rows_below(patch, a, at);
                on_patch(patch);
            }
        };
        cover.template operator()<4>();
        cover.template operator()<2>();
        cover.template operator()<1>();
    }

    /// Prefetches the rows that are read only by the patch below this one into the second-level cache,
    /// because the hardware prefetcher cannot follow so many rows. (The function is inlined, because g++
    /// otherwise removes the call as one without effect.)
    template <std::size_t Rows, std::size_t Columns, std::size_t Stride>
    [[gnu::always_inline]] static void fetch_rows_below(const DepthwisePatch<T, Rows, Columns, Stride>& patch,
                                                        const GatheredPixels<T>& a, const GridPixels<T>& at) {
        constexpr std::size_t line = 64 / sizeof(T);
        using Patch = DepthwisePatch<T, Rows, Columns, Stride>;
        const std::size_t row = a.grid.horizontal.extent * a.pixels.stride;
        for (std::size_t r = Patch::height - Rows * Stride; r < Patch::height; ++r) {
            const T* const from = patch.from[r * Patch::width + Patch::width - Columns * Stride];
            if (from == a.zeros) continue;
            const T* const below = from + Rows * Stride * row;
            for (std::size_t i = 0; i < Columns * Stride * a.pixels.stride; i += line)
                __builtin_prefetch(below + i, 0, 2);
        }
        for (std::size_t r = 0; r < Rows; ++r) {
            const T* const below = patch.at[r * Columns] + Rows * at.width * at.pixels.stride;
            for (std::size_t i = 0; i < Columns * at.pixels.stride; i += line)
                __builtin_prefetch(below + i, 1, 2);
        }
    }

    template <std::size_t Rows, std::size_t Columns, std::size_t Stride>
    static auto patch_at(const GatheredPixels<T>& a, const GridPixels<T>& at, const Cell& cell) {
        using Patch = DepthwisePatch<T, Rows, Columns, Stride>;
        Patch patch;
        const TapAxis &vertical = a.grid.vertical, &horizontal = a.grid.horizontal;
        const std::ptrdiff_t top = vertical.coordinate(cell.row, 0);
        const std::ptrdiff_t left = horizontal.coordinate(cell.column, 0);
        const T** from = patch.from.data();
        for (std::size_t r = 0; r < Patch::height; ++r) {
            const std::ptrdiff_t y = top + static_cast<std::ptrdiff_t>(r);
            const bool in_row = vertical.inside(y);
            const std::size_t row = cell.image * vertical.extent + static_cast<std::size_t>(y);
            const T* const pixels = in_row ? a.pixels.row(row * horizontal.extent) : a.zeros;
            for (std::size_t q = 0; q < Patch::width; ++q) {
                const std::ptrdiff_t x = left + static_cast<std::ptrdiff_t>(q);
                *from++ = in_row && horizontal.inside(x)
                              ? pixels + static_cast<std::size_t>(x) * a.pixels.stride
                              : a.zeros;
            }
        }
        T** to = patch.at.data();
        for (std::size_t r = 0; r < Rows; ++r) {
            for (std::size_t q = 0; q < Columns; ++q)
                *to++ = at.at(a.grid, {cell.image, cell.row + r, cell.column + q});
        }
        return patch;
    }
};

}  // namespace alrao::kernels::detail
