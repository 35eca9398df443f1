#pragma once

#include <alrao/kernels/convolution/detail/axis.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/tensor/threads.hpp>

#include <cstddef>

namespace alrao::kernels::detail {

/// A position of the array that is written: its image, and its row and column in a grid.
struct Cell {
    std::size_t image, row, column;
};

/// The positions that are written with the same taps, numbered image by image, row by row.
struct TapGrid {
    std::size_t images;
    TapAxis vertical, horizontal;

    [[nodiscard]] constexpr std::size_t cells() const { return images * vertical.places * horizontal.places; }
    [[nodiscard]] constexpr std::size_t taps() const { return vertical.taps * horizontal.taps; }
    [[nodiscard]] constexpr Cell cell(std::size_t index) const {
        const std::size_t line = index / horizontal.places;
        return {line / vertical.places, line % vertical.places, index % horizontal.places};
    }
    /// Moves on to the next cell.
    constexpr void advance(Cell& cell) const {
        if (++cell.column < horizontal.places) return;
        cell.column = 0;
        if (++cell.row < vertical.places) return;
        cell.row = 0;
        ++cell.image;
    }
    /// The index of a tap in a kernel that is `kernel_width` wide.
    [[nodiscard]] constexpr std::size_t kernel_tap(std::size_t tap, std::size_t kernel_width) const {
        return vertical.kernel_index(tap / horizontal.taps) * kernel_width +
               horizontal.kernel_index(tap % horizontal.taps);
    }
};

/// A matrix with one row per cell of a grid and `channels` columns per tap, which is not stored: its
/// elements are the pixels that the taps read, or zeros in the padding.
template <class T>
struct GatheredPixels {
    TapGrid grid;
    Matrix<const T> pixels;  ///< images of vertical.extent x horizontal.extent
    std::size_t channels;
    const T* zeros;  ///< [channels]: zeros, which taps read in the padding

    [[nodiscard]] std::size_t columns() const { return grid.taps() * channels; }
    [[nodiscard]] const T* at(const Cell& cell, std::size_t vertical_tap, std::size_t horizontal_tap) const {
        const std::ptrdiff_t y = grid.vertical.coordinate(cell.row, vertical_tap);
        const std::ptrdiff_t x = grid.horizontal.coordinate(cell.column, horizontal_tap);
        if (!grid.vertical.inside(y) || !grid.horizontal.inside(x)) return zeros;
        return pixels.row((cell.image * grid.vertical.extent + static_cast<std::size_t>(y)) *
                              grid.horizontal.extent +
                          static_cast<std::size_t>(x));
    }
    [[nodiscard]] const T* at(const Cell& cell, std::size_t tap) const {
        return at(cell, tap / grid.horizontal.taps, tap % grid.horizontal.taps);
    }
};

/// An image array whose pixels include the cells of a grid.
template <class T>
struct GridPixels {
    Matrix<T> pixels;
    std::size_t height, width;

    [[nodiscard]] T* at(const TapGrid& grid, const Cell& cell) const {
        const std::size_t y = grid.vertical.out_first + cell.row * grid.vertical.out_step;
        const std::size_t x = grid.horizontal.out_first + cell.column * grid.horizontal.out_step;
        return pixels.row((cell.image * height + y) * width + x);
    }
    /// True if the cells are all pixels, in the same order.
    [[nodiscard]] bool all(const TapGrid& grid) const {
        return grid.vertical.places == height && grid.horizontal.places == width;
    }
};

/// C[cells, n] = gather(A)[cells, taps x channels] B. B consists of the weights of each tap, [channels,
/// n]. With `transposed`, which gives the gradient of the input, they are stored as [n, channels].
template <class T>
struct GatheredRows {
    GatheredPixels<T> a;
    bool transposed;
    Matrix<const T> weights;  ///< the part of the kernel that belongs to the first tap
    std::size_t tap_rows;     ///< the number of rows of `weights` between consecutive taps
    std::size_t kernel_width;
    GridPixels<T> c;
    std::size_t n;
    Epilogue<T> epilogue;  ///< the magnitude becomes the maximum of its old and the new values

    [[nodiscard]] Matrix<const T> tap_weights(std::size_t tap) const {
        return {weights.row(a.grid.kernel_tap(tap, kernel_width) * tap_rows), weights.stride};
    }
};

/// W[taps x channels, n] = gather(A)[cells, taps x channels]^T B[cells, n]: the gradient of the weights,
/// summed over cells in ascending order.
template <class T>
struct GatheredColumns {
    GatheredPixels<T> a;
    GridPixels<const T> b;
    Matrix<T> weights;
    std::size_t tap_rows, kernel_width;
    std::size_t n;
    T* magnitude;  ///< [n], becomes the maximum of its old and the new values; may be null

    [[nodiscard]] Matrix<T> tap_weights(std::size_t tap) const {
        return {weights.row(a.grid.kernel_tap(tap, kernel_width) * tap_rows), weights.stride};
    }
};

/// The part of a product's outputs that one of several threads computes.
struct Share {
    Range rows, columns;
};

/// Splits m rows and n columns over the threads: by rows, or by columns if the busiest thread then has
/// less work.
[[nodiscard]] constexpr Share share_of(std::size_t m, std::size_t n, std::size_t row_granule,
                                       std::size_t column_granule, int threads, int thread) {
    const auto busiest = [&](std::size_t extent, std::size_t granule, std::size_t other) {
        return split_range(extent, threads, 0, granule).size() * other;
    };
    if (busiest(m, row_granule, n) <= busiest(n, column_granule, m)) {
        return {split_range(m, threads, thread, row_granule), {0, n}};
    }
    return {{0, m}, split_range(n, threads, thread, column_granule)};
}

}  // namespace alrao::kernels::detail
