#pragma once

#include <alrao/kernels/convolution_gather.hpp>
#include <alrao/kernels/convolution_product.hpp>
#include <alrao/kernels/convolution_shape.hpp>
#include <alrao/kernels/convolution_streamed.hpp>
#include <alrao/kernels/convolution_tile.hpp>
#include <alrao/kernels/gemm_pack.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/backend.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao::kernels::detail {

template <class Backend>
struct GatheredKernel;

template <class Backend>
struct GatheredKernel<Exact<Backend>> : GatheredKernel<Backend> {};

/// Gathered products by register tiles. B is packed in panels, some of them at once; A is read
/// where it lies, through a table of pointers per tile.
template <class Arch>
struct GatheredKernel<OwnTiles<Arch>> {
    using Streamed = StreamedCells<Arch>;
    static constexpr std::size_t most_panels = 4;
    static constexpr std::size_t most_cells = 512;    // of a block of columns
    static constexpr std::size_t most_segments = 32;  // of a block of rows
    static constexpr std::size_t row_block = 86 * tile_rows<Arch>;

    template <class T>
    static constexpr std::size_t panels_size = most_panels* tile_width<Arch, T>* most_cells;

    /// Elements of A that are gathered where they cannot be read in place.
    static constexpr std::size_t gathered_size = std::size_t{1} << 16;
    static constexpr std::size_t row_granule = tile_rows<Arch>;
    template <class T>
    static constexpr std::size_t column_granule = tile_width<Arch, T>;

    /// What one thread needs, whatever the product.
    template <class T>
    static constexpr std::size_t workspace(const ConvolutionShape& s) {
        const std::size_t gathered = panels_size<T> + gathered_size + batch_width<T, Arch>;
        return rounded_up(std::max(gathered, Streamed::template workspace<T>(s)), 16);
    }

    template <class T>
    static void run(const GatheredRows<T>& product, const Share& share, T* buffer) {
        if (share.rows.empty()) return;
        if (Streamed::serves(product, share)) return Streamed::run(product, share, buffer);
        constexpr std::size_t group = most_panels * tile_width<Arch, T>;
        for (std::size_t j = share.columns.begin; j < share.columns.end; j += group) {
            const Range columns{j, std::min(share.columns.end, j + group)};
            if (gathers_rows(product.a))
                multiply_gathered(product, share.rows, columns, buffer, buffer + panels_size<T>);
            else
                multiply_columns(product, share.rows, columns, buffer);
        }
    }

    /// Whether rows of A are gathered: to find what taps look at would cost as much as products.
    template <class T>
    static bool gathers_rows(const GatheredPixels<T>& a) {
        return columns_of(a).gathered && a.columns() <= most_cells;
    }

    /// Rows of a share are tiles of channels, tap by tap.
    template <class T>
    static std::size_t row_count(const GatheredColumns<T>& product) {
        const Columns columns = columns_of(product.a);
        return columns.taps * tiles(columns.channels);
    }

    template <class T>
    static void run(const GatheredColumns<T>& product, const Share& share, T* buffer) {
        if (share.rows.empty()) return;
        constexpr std::size_t group = most_panels * tile_width<Arch, T>;
        const std::size_t cells = product.a.grid.cells(), step = columns_of(product.a).most_cells;
        for (std::size_t j = share.columns.begin; j < share.columns.end; j += group) {
            const Range columns{j, std::min(share.columns.end, j + group)};
            std::size_t p = 0;
            do {  // at least once: without cells the sums are 0
                const Range depth{p, std::min(cells, p + step)};
                if (!reads_in_place(product)) pack_cells(product, columns, depth, buffer);
                multiply_cells(product, share.rows, columns, depth, buffer,
                               buffer + panels_size<T>);
                p += step;
            } while (p < cells);
        }
    }

private:
    static constexpr std::size_t tiles(std::size_t channels) {
        return (channels + tile_rows<Arch> - 1) / tile_rows<Arch>;
    }

    /// How the columns of A are cut into tiles: tap by tap, or, where channels are too few to fill
    /// tiles, all taps as one, side by side in gathered cells `stride` apart.
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

    /// f(first column, columns, registers) for each panel of a range of columns.
    template <class T, class F>
    static void for_each_panel(Range columns, F&& f) {
        constexpr std::size_t width = tile_width<Arch, T>;
        for (std::size_t j = columns.begin; j < columns.end; j += width) {
            const std::size_t count = std::min(width, columns.end - j);
            f(j, count, count > batch_width<T, Arch> ? std::size_t{2} : std::size_t{1});
        }
    }

    /// A block of the sums: some taps, and some of their channels.
    struct Depth {
        Range taps, channels;
        bool first, last;
        [[nodiscard]] std::size_t size() const { return taps.size() * channels.size(); }
    };

    template <class T>
    static void multiply_columns(const GatheredRows<T>& product, Range rows, Range columns,
                                 T* buffer) {
        const std::size_t taps = product.a.grid.taps(), channels = product.a.channels;
        const std::size_t width = rounded_up(columns.size(), tile_width<Arch, T>);
        const std::size_t most = panels_size<T> / width;
        const std::size_t pieces = (channels + most - 1) / most;
        const std::size_t channel_step = (channels + pieces - 1) / pieces;
        const std::size_t tap_step = std::clamp<std::size_t>(most / channel_step, 1, most_segments);
        const bool whole = taps <= tap_step && pieces == 1;
        const std::size_t row_step = whole ? rows.size() : row_block;
        for (std::size_t i = rows.begin; i < rows.end; i += row_step) {
            const Range block{i, std::min(rows.end, i + row_step)};
            std::size_t t = 0;
            do {
                const Range some{t, std::min(taps, t + tap_step)};
                for (std::size_t c = 0; c < channels; c += channel_step) {
                    const Range part{c, std::min(channels, c + channel_step)};
                    const Depth depth{some, part, t == 0 && c == 0,
                                      some.end == taps && part.end == channels};
                    pack_weights(product, columns, depth, buffer);
                    multiply_rows(product, block, columns, depth, buffer);
                }
                t += tap_step;
            } while (t < taps);
        }
    }

    template <class T>
    static void pack_weights(const GatheredRows<T>& product, Range columns, const Depth& depth,
                             T* panels) {
        const std::size_t k = depth.channels.size();
        for_each_panel<T>(columns, [&](std::size_t j, std::size_t count, std::size_t registers) {
            const auto pack = [&]<std::size_t Width>() {
                for (std::size_t t = depth.taps.begin; t < depth.taps.end;
                     ++t, panels += k * Width) {
                    const Matrix<const T> w = product.tap_weights(t);
                    if (product.transposed) {
                        pack_rows<Arch, Width>(
                            count, k, Matrix<const T>{w.row(j) + depth.channels.begin, w.stride},
                            panels);
                    } else {
                        pack_columns<Arch, Width>(
                            count, k, Matrix<const T>{w.row(depth.channels.begin) + j, w.stride},
                            panels);
                    }
                }
            };
            if (registers == 2) {
                pack.template operator()<tile_width<Arch, T>>();
            } else {
                pack.template operator()<batch_width<T, Arch>>();
            }
        });
    }

    template <class T>
    static void multiply_rows(const GatheredRows<T>& product, Range rows, Range columns,
                              const Depth& depth, const T* panels) {
        const TapGrid& grid = product.a.grid;
        const Epilogue<T>& epilogue = product.epilogue;
        std::array<const T*, most_segments * tile_rows<Arch>> table;
        std::array<T*, tile_rows<Arch>> to;
        Cell cell = grid.cell(rows.begin);
        for (std::size_t i = rows.begin; i < rows.end;) {
            const std::size_t height = next_tile_height<Arch>(rows.end - i);
            const std::size_t count = std::min(height, rows.end - i);
            bool even = true;
            for (std::size_t r = 0; r < count; ++r, grid.advance(cell)) {
                point_at_taps(product.a, cell, depth.taps, depth.channels.begin, table.data() + r,
                              height);
                to[r] = product.c.at(grid, cell);
                even = even && to[r] == to[0] + r * product.c.pixels.stride;
            }
            for (std::size_t r = count; r < height; ++r) {
                for (std::size_t s = 0; s < depth.taps.size(); ++s)
                    table[s * height + r] = table[s * height + count - 1];
            }
            const T* b = panels;
            for_each_panel<T>(columns, [&](std::size_t j, std::size_t wide, std::size_t registers) {
                TileWork<T> work = row_work(product, to[0], j);
                work.k = depth.channels.size();
                work.b = b;
                work.b_stride = registers * batch_width<T, Arch>;
                work.resume = !depth.first || epilogue.accumulate;
                work.last = depth.last;
                const auto multiply = [&](const TileWork<T>& tile) {
                    with_tile<Arch>(height, registers, [&]<std::size_t Rows, std::size_t Wide>() {
                        multiply_row_tile<Arch, T, Rows, Wide>(tile, table.data(),
                                                               depth.taps.size());
                    });
                };
                if (even && count == height && wide == registers * batch_width<T, Arch>) {
                    multiply(work);
                } else {
                    multiply_on_copy<Arch, T>(
                        height, count, wide, work, [&](std::size_t r) { return to[r] + j; },
                        multiply);
                }
                b += depth.size() * registers * batch_width<T, Arch>;
            });
            i += count;
        }
    }

    /// Where a tile of the rows from `to` on goes, and what becomes of it.
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

    /// Rows times columns, some cells of A at a time gathered.
    template <class T>
    static void multiply_gathered(const GatheredRows<T>& product, Range rows, Range columns,
                                  T* panels, T* gathered) {
        const TapGrid& grid = product.a.grid;
        const Columns about = columns_of(product.a);
        pack_weights(product, columns, {{0, grid.taps()}, {0, product.a.channels}, true, true},
                     panels);
        std::array<T*, tile_rows<Arch>> to;
        Cell cell = grid.cell(rows.begin);
        for (std::size_t begin = rows.begin; begin < rows.end; begin += about.most_cells) {
            const Range block{begin, std::min(rows.end, begin + about.most_cells)};
            gather_cells<Arch>(product.a, block, about.stride, gathered);
            for (std::size_t i = 0; i < block.size();) {
                const std::size_t height = next_tile_height<Arch>(block.size() - i);
                const std::size_t count = std::min(height, block.size() - i);
                bool even = true;
                for (std::size_t r = 0; r < count; ++r, grid.advance(cell)) {
                    to[r] = product.c.at(grid, cell);
                    even = even && to[r] == to[0] + r * product.c.pixels.stride;
                }
                T* const a = gathered + i * about.stride;
                // Blocks are whole tiles: behind the last cell there is memory for the rest of one.
                for (std::size_t r = count; r < height; ++r)
                    std::copy_n(a + (count - 1) * about.stride, about.stride, a + r * about.stride);
                const T* b = panels;
                for_each_panel<T>(
                    columns, [&](std::size_t j, std::size_t wide, std::size_t registers) {
                        TileWork<T> work = row_work(product, to[0], j);
                        work.k = product.a.columns();
                        work.a = a;
                        work.a_stride = 1;
                        work.a_row = about.stride;
                        work.b = b;
                        work.b_stride = registers * batch_width<T, Arch>;
                        const auto multiply = [&](const TileWork<T>& tile) {
                            multiply_tile<Arch, Left::in_place>(height, registers, tile);
                        };
                        if (even && count == height && wide == work.b_stride) {
                            multiply(work);
                        } else {
                            multiply_on_copy<Arch, T>(
                                height, count, wide, work, [&](std::size_t r) { return to[r] + j; },
                                multiply);
                        }
                        b += work.k * work.b_stride;
                    });
                i += count;
            }
        }
    }

    /// Whether B is read where it lies, by so few tiles that packing costs as much as one of them.
    template <class T>
    static bool reads_in_place(const GatheredColumns<T>& product) {
        return product.b.all(product.a.grid) && product.n % batch_width<T, Arch> == 0 &&
               row_count(product) <= 4;
    }

    template <class T>
    static void pack_cells(const GatheredColumns<T>& product, Range columns, Range depth,
                           T* panels) {
        if (depth.empty()) return;
        Cell cell = product.a.grid.cell(depth.begin);
        for (std::size_t p = 0; p < depth.size(); ++p, product.a.grid.advance(cell)) {
            const T* const from = product.b.at(product.a.grid, cell);
            T* panel = panels;
            for_each_panel<T>(columns,
                              [&](std::size_t j, std::size_t count, std::size_t registers) {
                                  const std::size_t width = registers * batch_width<T, Arch>;
                                  T* const to = panel + p * width;
                                  const Matrix<const T> row{from + j, 0};
                                  if (registers == 2) {
                                      pack_columns<Arch, tile_width<Arch, T>>(count, 1, row, to);
                                  } else {
                                      pack_columns<Arch, batch_width<T, Arch>>(count, 1, row, to);
                                  }
                                  panel += depth.size() * width;
                              });
        }
    }

    template <class T>
    static void multiply_cells(const GatheredColumns<T>& product, Range rows, Range columns,
                               Range depth, const T* panels, T* packed) {
        const Columns about = columns_of(product.a);
        const std::size_t across = tiles(about.channels);
        const bool in_place = reads_in_place(product);
        std::array<const T*, most_cells> places, copies;
        if (about.gathered) {
            // Tiles reach beyond the columns.
            if (depth.begin == 0) std::fill_n(packed, about.most_cells * about.stride, T{0});
            gather_cells<Arch>(product.a, depth, about.stride, packed);
            for (std::size_t p = 0; p < depth.size(); ++p) places[p] = packed + p * about.stride;
        }
        for (std::size_t unit = rows.begin; unit < rows.end; ++unit) {
            const std::size_t tap = unit / across;
            if (!about.gathered && (unit == rows.begin || unit % across == 0))
                point_at_cells(product.a, tap, depth, places.data());
            const std::size_t first = unit % across * tile_rows<Arch>;
            const std::size_t height = next_tile_height<Arch>(about.channels - first);
            const std::size_t count = std::min(height, about.channels - first);
            const T* const* from = places.data();
            std::size_t offset = first;
            if (count < height && !about.gathered) {  // reading beyond the pixel is not allowed
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
            for_each_panel<T>(columns, [&](std::size_t j, std::size_t wide, std::size_t registers) {
                const TileWork<T> work{
                    .k = depth.size(),
                    .a = nullptr,
                    .b = in_place ? product.b.pixels.row(depth.begin) + j : b,
                    .b_stride =
                        in_place ? product.b.pixels.stride : registers * batch_width<T, Arch>,
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
                if (count == height && wide == registers * batch_width<T, Arch>) {
                    multiply(work);
                } else {
                    multiply_on_copy<Arch, T>(
                        height, count, wide, work,
                        [&](std::size_t r) { return w.row(first + r) + j; }, multiply);
                }
                b += depth.size() * registers * batch_width<T, Arch>;
            });
        }
    }
};

}  // namespace alrao::kernels::detail
