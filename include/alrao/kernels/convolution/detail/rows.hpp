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

/// Gathered rows times columns, computed by register tiles. Up to Cuts::most_panels panels of B are packed
/// together. The rows of A are read in place, through a table of pointers for each tile, or gathered cell by
/// cell.
template <class Arch>
struct GatheredRowTiles {
    using Cuts = GatheredCuts<Arch>;

    template <class T>
    static void run(const GatheredRows<T>& product, const Share& share, T* buffer) {
        Cuts::template for_each_group<T>(share.columns, [&](Range columns) {
            if (Cuts::gathers_rows(product.a))
                multiply_gathered(product, share.rows, columns, buffer,
                                  buffer + Cuts::template panels_size<T>);
            else multiply_columns(product, share.rows, columns, buffer);
        });
    }

private:
    /// A block of the inner dimension: the terms of each sum that belong to some taps and some of their
    /// channels.
    struct Depth {
        Range taps, channels;
        bool first, last;
        [[nodiscard]] std::size_t size() const { return taps.size() * channels.size(); }
    };

    template <class T>
    static void multiply_columns(const GatheredRows<T>& product, Range rows, Range columns, T* buffer) {
        const std::size_t taps = product.a.grid.taps(), channels = product.a.channels;
        const std::size_t width = rounded_up(columns.size(), tile_width<Arch, T>);
        const std::size_t most = Cuts::template panels_size<T> / width;
        const std::size_t pieces = (channels + most - 1) / most;
        const std::size_t channel_step = (channels + pieces - 1) / pieces;
        const std::size_t tap_step = std::clamp<std::size_t>(most / channel_step, 1, Cuts::most_segments);
        const bool whole = taps <= tap_step && pieces == 1;
        const std::size_t row_step = whole ? rows.size() : Cuts::row_block;
        for (std::size_t i = rows.begin; i < rows.end; i += row_step) {
            const Range block{i, std::min(rows.end, i + row_step)};
            std::size_t t = 0;
            do {
                const Range some{t, std::min(taps, t + tap_step)};
                for (std::size_t c = 0; c < channels; c += channel_step) {
                    const Range part{c, std::min(channels, c + channel_step)};
                    const Depth depth{some, part, t == 0 && c == 0, some.end == taps && part.end == channels};
                    pack_weights(product, columns, depth, buffer);
                    multiply_rows(product, block, columns, depth, buffer);
                }
                t += tap_step;
            } while (t < taps);
        }
    }

    template <class T>
    static void pack_weights(const GatheredRows<T>& product, Range columns, const Depth& depth, T* panels) {
        const std::size_t k = depth.channels.size();
        Cuts::template for_each_panel<T>(
            columns, [&](std::size_t j, std::size_t count, std::size_t registers) {
                const auto pack = [&]<std::size_t Width>() {
                    for (std::size_t t = depth.taps.begin; t < depth.taps.end; ++t, panels += k * Width) {
                        const Matrix<const T> w = product.tap_weights(t);
                        if (product.transposed) {
                            pack_rows<Arch, Width>(
                                count, k, Matrix<const T>{w.row(j) + depth.channels.begin, w.stride}, panels);
                        } else {
                            pack_columns<Arch, Width>(
                                count, k, Matrix<const T>{w.row(depth.channels.begin) + j, w.stride}, panels);
                        }
                    }
                };
                if (registers == 2) {
                    pack.template operator()<tile_width<Arch, T>>();
                } else {
                    pack.template operator()<register_width<T, Arch>>();
                }
            });
    }

    template <class T>
    static void multiply_rows(const GatheredRows<T>& product, Range rows, Range columns, const Depth& depth,
                              const T* panels) {
        const TapGrid& grid = product.a.grid;
        const Epilogue<T>& epilogue = product.epilogue;
        const TapPointers<T, Cuts::most_segments> taps(product.a, depth.taps, depth.channels.begin);
        std::array<const T*, Cuts::most_segments * tile_rows<Arch>> table;
        std::array<T*, tile_rows<Arch>> to;
        Cell cell = grid.cell(rows.begin);
        for (std::size_t i = rows.begin; i < rows.end;) {
            const std::size_t height = next_tile_height<Arch>(rows.end - i);
            const std::size_t count = std::min(height, rows.end - i);
            bool even = true;  // the rows of C are equally spaced
            for (std::size_t r = 0; r < count; ++r, grid.advance(cell)) {
                taps.point(cell, table.data() + r, height);
                to[r] = product.c.at(grid, cell);
                even = even && to[r] == to[0] + r * product.c.pixels.stride;
            }
            for (std::size_t r = count; r < height; ++r) {
                for (std::size_t s = 0; s < depth.taps.size(); ++s)
                    table[s * height + r] = table[s * height + count - 1];
            }
            const T* b = panels;
            Cuts::template for_each_panel<T>(
                columns, [&](std::size_t j, std::size_t wide, std::size_t registers) {
                    TileWork<T> work = row_work(product, to[0], j);
                    work.k = depth.channels.size();
                    work.b = b;
                    work.b_stride = registers * register_width<T, Arch>;
                    work.resume = !depth.first || epilogue.accumulate;
                    work.last = depth.last;
                    const auto multiply = [&](const TileWork<T>& tile) {
                        with_tile<Arch>(height, registers, [&]<std::size_t Rows, std::size_t Wide>() {
                            multiply_row_tile<Arch, T, Rows, Wide>(tile, table.data(), depth.taps.size());
                        });
                    };
                    if (even && count == height && wide == registers * register_width<T, Arch>) {
                        multiply(work);
                    } else {
                        multiply_on_copy<Arch, T>(
                            height, count, wide, work, [&](std::size_t r) { return to[r] + j; }, multiply);
                    }
                    b += depth.size() * registers * register_width<T, Arch>;
                });
            i += count;
        }
    }

    /// The operands of a tile whose rows start at `to`, with its part of the epilogue.
    template <class T>
    static TileWork<T> row_work(const GatheredRows<T>& product, T* to, std::size_t j) {
        const Epilogue<T>& epilogue = product.epilogue;
        return {.k = 0,
                .a = nullptr,
                .b = nullptr,
                .b_stride = 0,
                .c = {to + j, product.c.pixels.stride},
                .resume = epilogue.accumulate,
                .last = true,
                .bias = epilogue.bias == nullptr ? nullptr : epilogue.bias + j,
                .magnitude = epilogue.magnitude == nullptr ? nullptr : epilogue.magnitude + j,
                .activation = epilogue.activation};
    }

    /// Multiplies rows by columns. The rows of A are gathered for one block of cells after the other.
    template <class T>
    static void multiply_gathered(const GatheredRows<T>& product, Range rows, Range columns, T* panels,
                                  T* gathered) {
        const TapGrid& grid = product.a.grid;
        const typename Cuts::Columns about = Cuts::columns_of(product.a);
        pack_weights(product, columns, {{0, grid.taps()}, {0, product.a.channels}, true, true}, panels);
        std::array<T*, tile_rows<Arch>> to;
        Cell cell = grid.cell(rows.begin);
        for (std::size_t begin = rows.begin; begin < rows.end; begin += about.most_cells) {
            const Range block{begin, std::min(rows.end, begin + about.most_cells)};
            gather_cells<Arch>(product.a, block, about.stride, gathered);
            for (std::size_t i = 0; i < block.size();) {
                const std::size_t height = next_tile_height<Arch>(block.size() - i);
                const std::size_t count = std::min(height, block.size() - i);
                bool even = true;  // the rows of C are equally spaced
                for (std::size_t r = 0; r < count; ++r, grid.advance(cell)) {
                    to[r] = product.c.at(grid, cell);
                    even = even && to[r] == to[0] + r * product.c.pixels.stride;
                }
                T* const a = gathered + i * about.stride;
                // Tiles may extend beyond the last cell; that part is filled with copies of the last row.
                for (std::size_t r = count; r < height; ++r)
                    std::copy_n(a + (count - 1) * about.stride, about.stride, a + r * about.stride);
                const T* b = panels;
                Cuts::template for_each_panel<T>(columns, [&](std::size_t j, std::size_t wide,
                                                              std::size_t registers) {
                    TileWork<T> work = row_work(product, to[0], j);
                    work.k = product.a.columns();
                    work.a = a;
                    work.a_stride = 1;
                    work.a_row = about.stride;
                    work.b = b;
                    work.b_stride = registers * register_width<T, Arch>;
                    const auto multiply = [&](const TileWork<T>& tile) {
                        multiply_tile<Arch, Left::in_place>(height, registers, tile);
                    };
                    if (even && count == height && wide == work.b_stride) {
                        multiply(work);
                    } else {
                        multiply_on_copy<Arch, T>(
                            height, count, wide, work, [&](std::size_t r) { return to[r] + j; }, multiply);
                    }
                    b += work.k * work.b_stride;
                });
                i += count;
            }
        }
    }
};

}  // namespace alrao::kernels::detail
