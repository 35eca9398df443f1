#pragma once

#include <alrao/kernels/convolution/detail/product.hpp>
#include <alrao/kernels/gemm/tile.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/shape/extents.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// How gathered products are cut, for register tiles: what goes through a thread's memory at a
/// time.
template <class Arch>
struct GatheredCuts {
    static constexpr std::size_t most_panels = 4;
    static constexpr std::size_t most_cells = 512;    // of a block of columns
    static constexpr std::size_t most_segments = 32;  // of a block of rows
    static constexpr std::size_t row_block = 86 * tile_rows<Arch>;

    template <class T>
    static constexpr std::size_t panels_size = most_panels * tile_width<Arch, T> * most_cells;

    /// Elements of A that are gathered where they cannot be read in place.
    static constexpr std::size_t gathered_size = std::size_t{1} << 16;

    /// How the columns of A are divided into tiles: tap by tap; or, if the channels are too few to fill
    /// tiles, all taps together, side by side in gathered cells with a stride of `stride`.
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

    /// Whether rows of A are gathered: to find what taps look at would cost as much as products.
    template <class T>
    static bool gathers_rows(const GatheredPixels<T>& a) {
        return columns_of(a).gathered && a.columns() <= most_cells;
    }

    /// f(columns) for each group of panels that are packed at once.
    template <class T, class F>
    static void for_each_group(Range columns, F&& f) {
        constexpr std::size_t group = most_panels * tile_width<Arch, T>;
        for (std::size_t j = columns.begin; j < columns.end; j += group)
            f(Range{j, std::min(columns.end, j + group)});
    }

    /// f(first column, columns, registers) for each panel of a range of columns.
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
