#pragma once

#include <alrao/kernels/convolution_product.hpp>
#include <alrao/kernels/convolution_shape.hpp>
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

/// Gathered products by register tiles. B is packed in panels, `most_panels` of them at once; A
/// is read where it lies, through a table of pointers per tile.
template <class Arch>
struct GatheredKernel<OwnTiles<Arch>> {
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
    static constexpr std::size_t workspace(const ConvolutionShape&) {
        return rounded_up(panels_size<T> + gathered_size + batch_width<T, Arch>, 16);
    }

    template <class T>
    static void run(const GatheredRows<T>& product, const Share& share, T* buffer) {
        if (share.rows.empty()) return;
        constexpr std::size_t group = most_panels * tile_width<Arch, T>;
        for (std::size_t j = share.columns.begin; j < share.columns.end; j += group) {
            multiply_columns(product, share.rows, {j, std::min(share.columns.end, j + group)},
                             buffer);
        }
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
                pack_cells(product, columns, depth, buffer);
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
        if (a.channels > 16 || a.grid.taps() == 1 || stride > gathered_size / 16)
            return {false, a.grid.taps(), a.channels, 0, most_cells};
        return {true, 1, a.columns(), stride, std::min(most_cells, gathered_size / stride)};
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
                point_at_taps(product.a, cell, depth, table.data() + r, height);
                to[r] = product.c.at(grid, cell);
                even = even && to[r] == to[0] + r * product.c.pixels.stride;
            }
            for (std::size_t r = count; r < height; ++r) {
                for (std::size_t s = 0; s < depth.taps.size(); ++s)
                    table[s * height + r] = table[s * height + count - 1];
            }
            const T* b = panels;
            for_each_panel<T>(columns, [&](std::size_t j, std::size_t wide, std::size_t registers) {
                const TileWork<T> work{
                    .k = depth.channels.size(),
                    .a = nullptr,
                    .b = b,
                    .b_stride = registers * batch_width<T, Arch>,
                    .c = {to[0] + j, product.c.pixels.stride},
                    .resume = !depth.first || epilogue.accumulate,
                    .last = depth.last,
                    .bias = epilogue.bias == nullptr ? nullptr : epilogue.bias + j,
                    .magnitude = epilogue.magnitude == nullptr ? nullptr : epilogue.magnitude + j,
                    .activation = epilogue.activation,
                    .next = nullptr,
                    .next_stride = 0,
                    .next_rows = 0};
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

    /// table[s * stride] = where the cell finds the s-th tap's channels.
    template <class T>
    static void point_at_taps(const GatheredPixels<T>& a, const Cell& cell, const Depth& depth,
                              const T** table, std::size_t stride) {
        const std::size_t across = a.grid.horizontal.taps;
        if (depth.taps.empty()) return;
        std::size_t v = depth.taps.begin / across, h = depth.taps.begin % across;
        for (std::size_t t = depth.taps.begin; t < depth.taps.end; ++t, table += stride) {
            *table = a.at(cell, v, h) + depth.channels.begin;
            if (++h == across) {
                h = 0;
                ++v;
            }
        }
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
        std::array<const T*, most_cells> places, copies;
        if (about.gathered) {
            gather_cells(product.a, depth, about.stride, packed);
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
                    .b = b,
                    .b_stride = registers * batch_width<T, Arch>,
                    .c = {w.row(first) + j, w.stride},
                    .resume = depth.begin != 0,
                    .last = depth.end == product.a.grid.cells(),
                    .bias = nullptr,
                    .magnitude = product.magnitude == nullptr ? nullptr : product.magnitude + j,
                    .activation = Activation::none,
                    .next = nullptr,
                    .next_stride = 0,
                    .next_rows = 0};
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

    /// The columns of A of some cells, and zeros up to a whole tile.
    template <class T>
    static void gather_cells(const GatheredPixels<T>& a, Range depth, std::size_t stride,
                             T* gathered) {
        if (depth.empty()) return;
        const TapAxis &vertical = a.grid.vertical, &horizontal = a.grid.horizontal;
        const std::size_t run = horizontal.taps * a.channels;
        const bool joined = horizontal.step == 1 && a.pixels.stride == a.channels;
        Cell cell = a.grid.cell(depth.begin);
        for (std::size_t p = 0; p < depth.size(); ++p, a.grid.advance(cell), gathered += stride) {
            T* to = gathered;
            const bool whole = joined && horizontal.live(cell.column, 0) &&
                               horizontal.live(cell.column, horizontal.taps - 1);
            for (std::size_t v = 0; v < vertical.taps; ++v) {
                if (whole && vertical.live(cell.row, v)) {
                    std::copy_n(a.at(cell, v, 0), run, to);
                    to += run;
                    continue;
                }
                for (std::size_t h = 0; h < horizontal.taps; ++h, to += a.channels)
                    std::copy_n(a.at(cell, v, h), a.channels, to);
            }
            std::fill(to, gathered + stride, T{0});
        }
    }

    template <class T>
    static void point_at_cells(const GatheredPixels<T>& a, std::size_t tap, Range depth,
                               const T** table) {
        if (depth.empty()) return;
        const std::size_t v = tap / a.grid.horizontal.taps, h = tap % a.grid.horizontal.taps;
        Cell cell = a.grid.cell(depth.begin);
        for (std::size_t p = 0; p < depth.size(); ++p, a.grid.advance(cell))
            table[p] = a.at(cell, v, h);
    }
};

}  // namespace alrao::kernels::detail
