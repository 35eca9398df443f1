#pragma once

#include <alrao/kernels/convolution/detail/cuts.hpp>
#include <alrao/kernels/convolution/detail/gather.hpp>
#include <alrao/kernels/convolution/detail/product.hpp>
#include <alrao/kernels/convolution/detail/tile.hpp>
#include <alrao/kernels/gemm/detail/edge_tile.hpp>
#include <alrao/kernels/gemm/pack.hpp>
#include <alrao/shape/extents.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao::kernels::detail {

/// The gradient of the weights computed by register tiles: sums over cells of gathered columns times the
/// output's gradients. The gradients are packed in panels; the gathered pixels are read in place.
template <class Arch>
struct GatheredColumnTiles {
    using Cuts = GatheredCuts<Arch>;

    /// The number of rows that are divided between threads (Share::rows): for each tap, one row per tile of
    /// channels, in the order of the taps.
    template <class T>
    static std::size_t row_count(const GatheredColumns<T>& product) {
        const typename Cuts::Columns columns = Cuts::columns_of(product.a);
        return columns.taps * tiles(columns.channels);
    }

    template <class T>
    static void run(const GatheredColumns<T>& product, const Share& share, T* buffer) {
        const std::size_t cells = product.a.grid.cells(), step = Cuts::columns_of(product.a).most_cells;
        Cuts::template for_each_group<T>(share.columns, [&](Range columns) {
            std::size_t p = 0;
            do {  // at least once, so that the sums become 0 without cells
                const Range depth{p, std::min(cells, p + step)};
                if (!reads_in_place(product)) pack_cells(product, columns, depth, buffer);
                multiply_cells(product, share.rows, columns, depth, buffer,
                               buffer + Cuts::template panels_size<T>);
                p += step;
            } while (p < cells);
        });
    }

private:
    static constexpr std::size_t tiles(std::size_t channels) {
        return (channels + tile_rows<Arch> - 1) / tile_rows<Arch>;
    }

    /// True if B is read without packing. This is done if so few tiles read it that packing would cost as
    /// much as computing one tile, or if its rows are at most a few cache lines long, because reading such
    /// rows in place is as fast as reading a panel.
    template <class T>
    static bool reads_in_place(const GatheredColumns<T>& product) {
        return product.b.all(product.a.grid) && product.n % register_width<T, Arch> == 0 &&
               (row_count(product) <= 4 || product.b.pixels.stride * sizeof(T) <= 256);
    }

    /// Packs the columns of the cells `depth` into panels.
    template <class T>
    static void pack_cells(const GatheredColumns<T>& product, Range columns, Range depth, T* panels) {
        if (depth.empty()) return;
        Cell cell = product.a.grid.cell(depth.begin);
        for (std::size_t p = 0; p < depth.size(); ++p, product.a.grid.advance(cell)) {
            const T* const from = product.b.at(product.a.grid, cell);
            T* panel = panels;
            Cuts::template for_each_panel<T>(
                columns, [&](std::size_t j, std::size_t count, std::size_t registers) {
                    const std::size_t width = registers * register_width<T, Arch>;
                    T* const to = panel + p * width;
                    const Matrix<const T> row{from + j, 0};
                    if (registers == 2) {
                        pack_columns<Arch, tile_width<Arch, T>>(count, 1, row, to);
                    } else {
                        pack_columns<Arch, register_width<T, Arch>>(count, 1, row, to);
                    }
                    panel += depth.size() * width;
                });
        }
    }

    /// Copies the columns of the cells in `depth` side by side and sets `places` to the copies. Tiles may
    /// extend beyond the last column; that part is filled with copies of the last column.
    template <class T>
    static void gather_padded(const GatheredColumns<T>& product, const typename Cuts::Columns& about,
                              Range depth, T* packed, const T** places) {
        gather_cells<Arch>(product.a, depth, about.stride, packed);
        for (std::size_t p = 0; p < depth.size(); ++p) {
            T* const place = packed + p * about.stride;
            std::fill(place + about.channels, place + about.stride, place[about.channels - 1]);
            places[p] = place;
        }
    }

    template <class T>
    static void multiply_cells(const GatheredColumns<T>& product, Range rows, Range columns, Range depth,
                               const T* panels, T* packed) {
        const typename Cuts::Columns about = Cuts::columns_of(product.a);
        const std::size_t across = tiles(about.channels);
        const bool in_place = reads_in_place(product);
        std::array<const T*, Cuts::most_cells> places, copies;
        if (about.gathered) gather_padded(product, about, depth, packed, places.data());
        for (std::size_t unit = rows.begin; unit < rows.end; ++unit) {
            const std::size_t tap = unit / across;
            if (!about.gathered && (unit == rows.begin || unit % across == 0))
                point_at_cells(product.a, tap, depth, places.data());
            const std::size_t first = unit % across * tile_rows<Arch>;
            const std::size_t height = next_tile_height<Arch>(about.channels - first);
            const std::size_t count = std::min(height, about.channels - first);
            const T* const* from = places.data();
            std::size_t offset = first;
            if (count < height && !about.gathered) {  // the tile must not read beyond the pixel
                for (std::size_t p = 0; p < depth.size(); ++p) {
                    T* const to = packed + p * height;
                    for (std::size_t r = 0; r < height; ++r)
                        to[r] = places[p][first + std::min(r, count - 1)];
                    copies[p] = to;
                }
                from = copies.data();
                offset = 0;
            }
            const Matrix<T> w = product.tap_weights(tap);
            const T* b = panels;
            Cuts::template for_each_panel<T>(
                columns, [&](std::size_t j, std::size_t wide, std::size_t registers) {
                    const TileWork<T> work{
                        .k = depth.size(),
                        .a = nullptr,
                        .b = in_place ? product.b.pixels.row(depth.begin) + j : b,
                        .b_stride = in_place ? product.b.pixels.stride : registers * register_width<T, Arch>,
                        .c = {w.row(first) + j, w.stride},
                        .resume = depth.begin != 0,
                        .last = depth.end == product.a.grid.cells(),
                        .bias = nullptr,
                        .magnitude = product.magnitude == nullptr ? nullptr : product.magnitude + j,
                        .activation = Activation::none};
                    const auto multiply = [&](const TileWork<T>& tile) {
                        with_tile<Arch>(height, registers, [&]<std::size_t Rows, std::size_t Wide>() {
                            multiply_column_tile<Arch, T, Rows, Wide>(tile, from, offset);
                        });
                    };
                    if (count == height && wide == registers * register_width<T, Arch>) {
                        multiply(work);
                    } else {
                        multiply_on_copy<Arch, T>(
                            height, count, wide, work, [&](std::size_t r) { return w.row(first + r) + j; },
                            multiply);
                    }
                    b += depth.size() * registers * register_width<T, Arch>;
                });
        }
    }
};

}  // namespace alrao::kernels::detail
