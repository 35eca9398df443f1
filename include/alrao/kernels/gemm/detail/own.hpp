#pragma once

#include <alrao/kernels/gemm/detail/edge_tile.hpp>
#include <alrao/kernels/gemm/detail/narrow.hpp>
#include <alrao/kernels/gemm/detail/panel.hpp>
#include <alrao/kernels/gemm/detail/row.hpp>
#include <alrao/kernels/gemm/detail/split.hpp>
#include <alrao/kernels/gemm/epilogue.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/gemm/tile.hpp>
#include <alrao/kernels/normalization/row_pieces.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/backend.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao::kernels::detail {

/// The product kernel of a back end: `workspace<T>(m, n, k, threads)` returns the number of elements of
/// workspace, and `run(product, workspace, threads)` computes a product.
template <class Backend>
struct ProductKernel;

template <class Backend>
struct ProductKernel<Exact<Backend>> : ProductKernel<Backend> {};

/// Matrix products computed by register tiles on packed panels. The loops are nested in this order,
/// outermost first: blocks of k, blocks of rows (A is packed and stays in the second-level cache), panels
/// of columns (B is packed and stays in the first-level cache), tiles.
template <class Arch>
struct ProductKernel<OwnTiles<Arch>> {
    /// The largest depth of a block of k: 2 KB of a row of op(A). A packed block of A then has about 1 MB at
    /// most, and the sums in C are loaded and stored only once per block.
    template <class T>
    static constexpr std::size_t k_block = 2048 / sizeof(T);
    /// The largest number of rows of a block of A.
    static constexpr std::size_t most_rows = 528;

    /// The depth of the blocks into which k terms are divided. Blocks are nearly equal. Bits do not
    /// depend on the depth, because sums are resumed.
    template <class T>
    static constexpr std::size_t depth(std::size_t k) {
        const std::size_t blocks = (k + k_block<T> - 1) / k_block<T>;
        return blocks <= 1 ? k : rounded_up((k + blocks - 1) / blocks, 16);
    }
    /// The number of rows of the blocks into which m rows are divided, at most `most_rows`.
    static constexpr std::size_t row_block(std::size_t m) {
        const std::size_t blocks = (m + most_rows - 1) / most_rows;
        return blocks <= 1 ? m : rounded_up((m + blocks - 1) / blocks, tile_rows<Arch>);
    }
    /// The number of elements of a packed block of A.
    template <class T>
    static constexpr std::size_t a_size(std::size_t m, std::size_t k) {
        return rounded_up(
            rounded_up(std::min(m, most_rows), tile_rows<Arch>) * depth<T>(k) + register_width<T, Arch>, 16);
    }
    /// The number of elements of a packed panel of B.
    template <class T>
    static constexpr std::size_t panel_size(std::size_t k) {
        return rounded_up(tile_width<Arch, T> * depth<T>(k), 16);
    }
    /// The number of elements of workspace per thread, without the magnitudes.
    template <class T>
    static constexpr std::size_t per_thread(std::size_t m, std::size_t n, std::size_t k) {
        return m == 0 || n == 0 ? 0 : a_size<T>(m, k) + 2 * panel_size<T>(k);
    }

    /// An upper bound of depth(j) over all j <= k. It is needed because depth() is not monotone.
    template <class T>
    static constexpr std::size_t deepest(std::size_t k) {
        return std::min(k, k_block<T>);
    }
    template <class T>
    static constexpr std::size_t workspace(std::size_t m, std::size_t n, std::size_t k, int threads) {
        return static_cast<std::size_t>(threads) * (per_thread<T>(m, n, deepest<T>(k)) + magnitude_row(n));
    }

    template <class T>
    static void run(const Product<T>& product, T* workspace, Threads& threads) {
        T* const buffers = workspace + static_cast<std::size_t>(threads.count()) * magnitude_row(product.n);
        const std::size_t each = per_thread<T>(product.m, product.n, product.k);
        split_product(product, tile_heights<Arch>[2], tile_width<Arch, T>, workspace, threads,
                      [&](const Product<T>& part, int thread) {
                          run_part(part, buffers + static_cast<std::size_t>(thread) * each);
                      });
    }

    /// Computes a product on one thread; `buffer` holds per_thread elements.
    template <class T>
    static void run_part(const Product<T>& product, T* buffer) {
        if (product.m == 1 && product.form != Form::nt) return multiply_row<Arch>(product);
        const std::size_t m = product.m, n = product.n, k = product.k;
        if (m == 0 || n == 0 || k == 0) return finish_empty_sum<Arch>(product);
        if (product.form == Form::tn && is_better_turned<Arch, T>(m, n))
            return multiply_turned<Arch>(product, depth<T>(k), buffer, buffer + panel_size<T>(k));
        if (product.epilogue.magnitude != nullptr) std::fill_n(product.epilogue.magnitude, n, T{0});
        if (is_narrow(product)) return multiply_narrow(product, buffer);
        T* const packed_a = buffer;
        T* const panels = buffer + a_size<T>(m, k);
        const std::size_t row_step = row_block(m);
        const std::size_t depth_step = is_streamed(product) ? stream_depth : depth<T>(k);
        PieceFollower<Arch, T> written(product.epilogue.pieces, product.c.data, n);
        for (std::size_t p = 0; p < k; p += depth_step) {
            const Range depth{p, std::min(k, p + depth_step)};
            for (std::size_t i = 0; i < m; i += row_step) {
                const Range rows{i, std::min(m, i + row_step)};
                pack_left<Arch>(product, i, rows.size(), p, depth.size(), packed_a);
                multiply_block(product, rows, depth, packed_a, {panels, panels + panel_size<T>(k)});
                if (depth.end == k) written.reach(rows.end);
            }
        }
    }

    /// The largest number of rows of C for which panels of B are read in place: `few_rows` for any product,
    /// `most_streamed_rows` if the product is streamed (see is_streamed).
    static constexpr std::size_t few_rows = 3 * tile_rows<Arch>;
    static constexpr std::size_t most_streamed_rows = 2 * few_rows;

    /// True if memory bandwidth limits the product: C has few rows, and B is larger than the second-level
    /// cache. Blocks of k are then shallow, and the next block of B is prefetched in the order of its
    /// addresses while the current one is multiplied.
    template <class T>
    static constexpr bool is_streamed(std::size_t m, std::size_t n, std::size_t k) {
        return m <= most_streamed_rows && n % tile_width<Arch, T> == 0 &&
               k * n * sizeof(T) >= std::size_t{1} << 20;
    }
    template <class T>
    static bool is_streamed(const Product<T>& product) {
        return product.form != Form::nt && is_streamed<T>(product.m, product.n, product.k);
    }
    static constexpr std::size_t stream_depth = 64;

private:
    /// True if so few tiles read a panel of B that packing it would not pay off.
    template <class T>
    static bool reads_in_place(const Product<T>& product) {
        return product.m <= few_rows || is_streamed(product);
    }

    /// True if the rows of a tile of A, read in place, map to the same set of the first-level cache.
    template <class T>
    static bool rows_collide(const Product<T>& product) {
        return product.form != Form::tn && tile_rows<Arch> > 8 && product.a.stride * sizeof(T) % 4096 == 0;
    }

    /// The largest number of columns for which all of B is packed at once and A is read in place. The rows of
    /// A that a tile reads are in the first-level cache for all panels but the first; packing them would take
    /// as long as multiplying them by one panel.
    static constexpr std::size_t most_narrow = 256;

    template <class T>
    static bool is_narrow(const Product<T>& product) {
        constexpr std::size_t width = tile_width<Arch, T>;
        if (rows_collide(product)) return false;
        if (product.n <= width) return true;
        // The panels of B are stored in the part of the buffer that packed rows of A would take.
        return product.form != Form::tn && product.m > few_rows &&
               rounded_up(product.n, width) <= std::min(product.m, most_narrow);
    }

    /// Computes a product with few panels of B, without packing A. For each block of rows, the tile of
    /// the first panel prefetches the rows of the next block, because the hardware prefetcher cannot follow so
    /// many rows.
    template <class T>
    static void multiply_narrow(const Product<T>& product, T* buffer) {
        constexpr std::size_t width = tile_width<Arch, T>, two_lines = 128 / sizeof(T);
        const std::size_t m = product.m, n = product.n, k = product.k;
        const Epilogue<T>& epilogue = product.epilogue;
        const bool across = product.form == Form::tn;  // A is stored as [k, m]
        const std::size_t depth_step = across ? std::min(depth<T>(k), k_block<T> / 2) : depth<T>(k);
        PieceFollower<Arch, T> written(epilogue.pieces, product.c.data, n);
        for (std::size_t p = 0; p < k; p += depth_step) {
            const Range depth{p, std::min(k, p + depth_step)};
            const auto panel_at = [&](std::size_t j) {
                return Panel<Arch, T>(product, j, depth, reads_in_place(product), buffer + j * depth.size());
            };
            for (std::size_t j = 0; j < n; j += width) panel_at(j).pack({0, depth.size()});
            // The next rows of A as pieces of two cache lines: the beginning of each row if there are gaps
            // between the rows, else the whole contiguous block.
            const bool apart = across || product.a.stride > depth.size() + two_lines;
            const std::size_t piece = apart ? product.a.stride : two_lines;
            for (std::size_t i = 0; i < m;) {
                std::size_t height = tile_rows<Arch>;
                for (const std::size_t h : tile_heights<Arch>)
                    if (height > m - i) height = h;
                const T* const a = across ? product.a.row(p) + i : product.a.row(i) + p;
                const std::size_t pieces = across ? depth.size() : height * product.a.stride / piece;
                for (std::size_t j = 0; j < n; j += width) {
                    const Panel<Arch, T> panel = panel_at(j);
                    const TileWork<T> work{
                        .k = depth.size(),
                        .a = a,
                        .b = panel.rows().data,
                        .b_stride = panel.rows().stride,
                        .c = {product.c.row(i) + j, product.c.stride},
                        .resume = p != 0 || epilogue.accumulate,
                        .last = depth.end == k,
                        .bias = epilogue.bias == nullptr ? nullptr : epilogue.bias + j,
                        .magnitude = epilogue.magnitude == nullptr ? nullptr : epilogue.magnitude + j,
                        .activation = epilogue.activation,
                        .next = a + height * (across ? 1 : product.a.stride),
                        .next_stride = piece,
                        .next_rows = j == 0 && i + height < m ? pieces : 0,
                        .a_stride = across ? product.a.stride : 1,
                        .a_row = across ? 1 : product.a.stride};
                    if (panel.columns == panel.registers() * register_width<T, Arch>) {
                        multiply_tile<Arch, Left::in_place>(height, panel.registers(), work);
                    } else {
                        multiply_edge_tile<Arch, Left::in_place>(height, panel.registers(), height,
                                                                 panel.columns, work);
                    }
                }
                i += height;
                if (depth.end == k) written.reach(i);
            }
        }
    }

    /// Multiplies a block of rows by all columns. The tiles of one panel prefetch the pieces of the next
    /// panel, and each piece is packed between two tiles, so that neither waits for memory.
    template <class T>
    static void multiply_block(const Product<T>& product, Range rows, Range depth, const T* packed_a,
                               const std::array<T*, 2>& buffers) {
        constexpr std::size_t width = tile_width<Arch, T>;
        const Epilogue<T>& epilogue = product.epilogue;
        const std::size_t k = depth.size();
        const bool streaming = is_streamed(product) && depth.end < product.k;
        const bool gapless = product.b.stride == product.n;
        const auto tiles = static_cast<int>((rows.size() + tile_rows<Arch> - 1) / tile_rows<Arch>);
        Panel<Arch, T> panel(product, 0, depth, reads_in_place(product), buffers[0]);
        panel.pack({0, k});
        for (std::size_t j = 0, turn = 1; j < product.n; j += width, ++turn) {
            const bool more = j + width < product.n;
            const Panel<Arch, T> next(product, more ? j + width : 0, depth, reads_in_place(product),
                                      buffers[turn % 2]);
            int tile = 0;
            for (std::size_t i = rows.begin; i < rows.end; ++tile) {
                const std::size_t height = next_tile_height<Arch>(rows.end - i);
                const std::size_t tall = std::min(height, rows.end - i);
                const bool across = product.form == Form::nt;  // B is stored as [n, k]
                const Range piece = more || streaming
                                        ? split_range(k, tiles, tile, across ? register_width<T, Arch> : 1)
                                        : Range{0, 0};
                const Matrix<const T> soon =
                    !streaming ? next.source
                               : Matrix<const T>{product.b.row(depth.end) + (gapless ? j * k : j),
                                                 gapless ? width : product.b.stride};
                const Matrix<const T> b = panel.rows();
                const TileWork<T> work{
                    .k = k,
                    .a = packed_a + (i - rows.begin) * k,
                    .b = b.data,
                    .b_stride = b.stride,
                    .c = {product.c.row(i) + j, product.c.stride},
                    .resume = depth.begin != 0 || epilogue.accumulate,
                    .last = depth.end == product.k,
                    .bias = epilogue.bias == nullptr ? nullptr : epilogue.bias + j,
                    .magnitude = epilogue.magnitude == nullptr ? nullptr : epilogue.magnitude + j,
                    .activation = epilogue.activation,
                    .next = across ? soon.data + piece.begin : soon.row(piece.begin),
                    .next_stride = soon.stride,
                    .next_rows = piece.empty() ? 0
                                 : across      ? next.columns
                                               : piece.size(),
                    .next_is_far = streaming,
                    .after = epilogue.read_next == nullptr ? nullptr
                                                           : epilogue.read_next + i * product.c.stride + j,
                    .packed = next.packed_by_tiles() ? next.packed + piece.begin * width : nullptr};
                if (tall == height && panel.columns == panel.registers() * register_width<T, Arch>) {
                    multiply_tile<Arch>(height, panel.registers(), work);
                } else {
                    multiply_edge_tile<Arch>(height, panel.registers(), tall, panel.columns, work);
                }
                if (more && !next.packed_by_tiles()) next.pack(piece);
                i += tall;
            }
            panel = next;
        }
    }
};

}  // namespace alrao::kernels::detail
