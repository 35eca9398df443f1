#pragma once

#include <alrao/kernels/convolution/detail/product.hpp>
#include <alrao/kernels/gemm/tile.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/shape/extents.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// How gathered products are divided into blocks for register tiles, which determines the workspace of a
/// thread.
template <class Arch>
struct GatheredCuts {
    static constexpr std::size_t most_panels = 4;     // panels of B that are packed together
    static constexpr std::size_t most_cells = 512;    // cells per block of a sum over cells
    static constexpr std::size_t most_segments = 32;  // taps per block of a sum over taps
    /// Rows per block, if the weights of a group of panels are packed in several parts.
    static constexpr std::size_t row_block = 86 * tile_rows<Arch>;

    /// The number of elements of the packed panels.
    template <class T>
    static constexpr std::size_t panels_size = most_panels * tile_width<Arch, T> * most_cells;

    /// The number of elements of A that are gathered at a time, if they cannot be read in place.
    static constexpr std::size_t gathered_size = std::size_t{1} << 16;

    /// How the columns of A are divided into tiles: tap by tap; or, if a tap has too few channels to fill
    /// tiles, all taps together, from gathered cells that are `stride` elements apart.
    struct Columns {
        bool gathered;
        std::size_t taps, channels, stride, most_cells;
    };
    template <class T>
    static Columns columns_of(const GatheredPixels<T>& a) {
        const std::size_t stride = rounded_up(a.columns(), 16);
        if (a.channels > 16 || a.grid.taps() <= 1 || stride > gathered_size / 64)
            return {false, a.grid.taps(), a.channels, 0, most_cells};
        const std::size_t most = std::min(most_cells, gathered_size / stride);
        return {true, 1, a.columns(), stride, most / tile_rows<Arch> * tile_rows<Arch>};
    }

    /// True if the rows of A are gathered, because setting up pointers to the taps would cost as much as
    /// the products.
    template <class T>
    static bool gathers_rows(const GatheredPixels<T>& a) {
        return columns_of(a).gathered && a.columns() <= most_cells;
    }

    /// Calls f(columns) for each group of panels that are packed at once.
    template <class T, class F>
    static void for_each_group(Range columns, F&& f) {
        constexpr std::size_t group = most_panels * tile_width<Arch, T>;
        for (std::size_t j = columns.begin; j < columns.end; j += group)
            f(Range{j, std::min(columns.end, j + group)});
    }

    /// Calls f(first column, number of columns, registers) for each panel of a range of columns.
    template <class T, class F>
    static void for_each_panel(Range columns, F&& f) {
        constexpr std::size_t width = tile_width<Arch, T>;
        for (std::size_t j = columns.begin; j < columns.end; j += width) {
            const std::size_t count = std::min(width, columns.end - j);
            f(j, count, count > register_width<T, Arch> ? std::size_t{2} : std::size_t{1});
        }
    }
};

}  // namespace alrao::kernels::detail
