#pragma once

#include <alrao/kernels/gemm/tile.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// Calls multiply(work) for a tile of which only `rows` rows and `columns` columns are inside C, or whose
/// rows are not equally spaced: row(i) points to row i. The tile is computed in a buffer and its inner
/// part is copied to C. Rows beyond the last are copies of it, so that they do not change the magnitudes.
template <class Arch, class T, class Row, class Multiply>
void multiply_on_copy(std::size_t height, std::size_t rows, std::size_t columns, TileWork<T> work, Row&& row,
                      Multiply&& multiply) {
    constexpr std::size_t width = tile_width<Arch, T>;
    rows = std::min(rows, tile_rows<Arch>);  // prevents a compiler warning
    height = std::min(height, tile_rows<Arch>);
    alignas(64) std::array<T, tile_rows<Arch> * width> c;
    alignas(64) std::array<T, width> bias{};
    alignas(64) std::array<T, width> magnitude{};
    T* const outer_magnitude = work.magnitude;
    if (work.resume) {
        c.fill(T{0});
        for (std::size_t i = 0; i < height; ++i) {
            std::copy_n(row(std::min(i, rows - 1)), columns, c.data() + i * width);
        }
    }
    work.c = {c.data(), width};
    work.after = nullptr;
    if (work.bias != nullptr) {
        std::copy_n(work.bias, columns, bias.data());
        work.bias = bias.data();
    }
    if (work.magnitude != nullptr) {
        std::copy_n(work.magnitude, columns, magnitude.data());
        work.magnitude = magnitude.data();
    }
    multiply(work);
    for (std::size_t i = 0; i < rows; ++i) std::copy_n(c.data() + i * width, columns, row(i));
    if (work.last && outer_magnitude != nullptr) {
        std::copy_n(magnitude.data(), columns, outer_magnitude);
    }
}

/// Computes the tile of `height` rows of which only `rows` and `columns` are inside C.
template <class Arch, Left Layout = Left::panel, class T>
void multiply_edge_tile(std::size_t height, std::size_t registers, std::size_t rows, std::size_t columns,
                        const TileWork<T>& work) {
    multiply_on_copy<Arch, T>(
        height, rows, columns, work, [&](std::size_t i) { return work.c.row(i); },
        [&](const TileWork<T>& inner) { multiply_tile<Arch, Layout>(height, registers, inner); });
}

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
