#pragma once

#include <alrao/kernels/gemm_epilogue.hpp>
#include <alrao/kernels/gemm_operands.hpp>
#include <alrao/kernels/gemm_pack.hpp>
#include <alrao/kernels/gemm_split.hpp>
#include <alrao/kernels/gemm_tile.hpp>
#include <alrao/tensor/backend.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao::kernels::detail {

template <class Backend>
struct ProductKernel;

/// Products by register tiles on packed panels. The order of loops, outermost first: blocks of k, blocks of rows
/// (A packed, in the second cache), groups of columns (B packed), panels of B (in the first cache), tiles.
template <class Arch>
struct ProductKernel<OwnTiles<Arch>> {
    /// 1 KB of a column: a panel of B takes at most 32 KB (two AVX-512 registers wide), so it stays in the first cache.
    template <class T>
    static constexpr std::size_t k_block = 1024 / sizeof(T);
    static constexpr std::size_t most_rows = 792;
    template <class T>
    static constexpr std::size_t column_block = 8 * tile_width<Arch, T>;

    /// Blocks of k are nearly equal. (Bits do not depend on them: sums resume where they stopped.)
    template <class T>
    static constexpr std::size_t depth(std::size_t k) {
        const std::size_t blocks = (k + k_block<T> - 1) / k_block<T>;
        return blocks <= 1 ? k : round_up((k + blocks - 1) / blocks, 16);
    }
    static constexpr std::size_t row_block(std::size_t m) {
        const std::size_t blocks = (m + most_rows - 1) / most_rows;
        return blocks <= 1 ? m : round_up((m + blocks - 1) / blocks, tile_rows<Arch>);
    }
    template <class T>
    static constexpr std::size_t columns_at_once(std::size_t m) {
        // Few rows are done with a panel soon: it never leaves the first cache.
        return m <= most_rows ? tile_width<Arch, T> : column_block<T>;
    }
    template <class T>
    static constexpr std::size_t a_size(std::size_t m, std::size_t k) {
        return round_up(round_up(std::min(m, most_rows), tile_rows<Arch>) * depth<T>(k) +
                            batch_width<T, Arch>,
                        16);
    }
    template <class T>
    static constexpr std::size_t b_size(std::size_t m, std::size_t n, std::size_t k) {
        return round_up(std::min(round_up(n, tile_width<Arch, T>), columns_at_once<T>(m)) * depth<T>(k) +
                            batch_width<T, Arch>,
                        16);
    }
    template <class T>
    static constexpr std::size_t per_thread(std::size_t m, std::size_t n, std::size_t k) {
        return m == 0 || n == 0 ? 0 : a_size<T>(m, k) + b_size<T>(m, n, k);
    }

    template <class T>
    static constexpr std::size_t workspace(std::size_t m, std::size_t n, std::size_t k, int threads) {
        return static_cast<std::size_t>(threads) * (per_thread<T>(m, n, k) + magnitude_row(n));
    }

    template <class T>
    static void run(const Product<T>& product, T* workspace, Threads& threads) {
        T* const buffers = workspace + static_cast<std::size_t>(threads.count()) * magnitude_row(product.n);
        const std::size_t each = per_thread<T>(product.m, product.n, product.k);
        split_product(product, tile_rows<Arch>, tile_width<Arch, T>, workspace, threads,
                      [&](const Product<T>& part, int thread) {
                          run_part(part, buffers + static_cast<std::size_t>(thread) * each);
                      });
    }

private:
    template <class T>
    static void run_part(const Product<T>& product, T* buffer) {
        if (product.m == 1 && product.form != Form::nt) return multiply_row(product);
        const std::size_t m = product.m, n = product.n, k = product.k;
        const std::size_t step = std::max<std::size_t>(depth<T>(k), 1);
        T* const packed_a = buffer;
        T* const packed_b = buffer + a_size<T>(m, k);
        if (product.epilogue.magnitude != nullptr) std::fill_n(product.epilogue.magnitude, n, T{0});
        if (m == 0 || n == 0) return;
        const std::size_t row_step = row_block(m), column_step = columns_at_once<T>(m);
        std::size_t p = 0;
        do {
            const std::size_t depth = std::min(step, k - p);
            for (std::size_t i = 0; i < m; i += row_step) {
                const std::size_t rows = std::min(row_step, m - i);
                pack_a(product, i, rows, p, depth, packed_a);
                for (std::size_t j = 0; j < n; j += column_step) {
                    multiply_block(product, {i, i + rows}, {j, std::min(n, j + column_step)},
                                   {p, p + depth}, packed_a, packed_b);
                }
            }
            p += depth;
        } while (p < k);
    }

    template <class T>
    static void pack_a(const Product<T>& product, std::size_t first, std::size_t rows, std::size_t p,
                       std::size_t depth, T* packed) {
        for (std::size_t i = 0; i < rows;) {
            const std::size_t height = next_tile_height<Arch>(rows - i);
            const std::size_t count = std::min(height, rows - i);
            constexpr auto& heights = tile_heights<Arch>;
            const auto pack = [&]<std::size_t Height>() {
                if (product.form == Form::tn) {
                    pack_columns<Arch, Height>(count, depth,
                                         Matrix<const T>{product.a.row(p) + first + i, product.a.stride},
                                         packed + i * depth);
                    repeat_last_column<Height>(count, depth, packed + i * depth);
                } else {
                    pack_rows<Arch, Height>(
                        count, depth, Matrix<const T>{product.a.row(first + i) + p, product.a.stride},
                        packed + i * depth);
                }
            };
            if (height == heights[0]) {
                pack.template operator()<heights[0]>();
            } else if (height == heights[1]) {
                pack.template operator()<heights[1]>();
            } else if (height == heights[2]) {
                pack.template operator()<heights[2]>();
            } else {
                pack.template operator()<heights[3]>();
            }
            i += count;
        }
    }

    /// A panel of B as tiles read it.
    template <class T>
    struct Panel {
        Matrix<const T> b;
        std::size_t columns;

        [[nodiscard]] std::size_t registers() const noexcept {
            return columns > batch_width<T, Arch> ? 2 : 1;
        }
    };

    /// The panels of columns [begin, end) of B: packed, or read where they lie if few tiles will.
    template <class T, std::size_t Count>
    static void pack_b(const Product<T>& product, Range columns, Range depth, T* packed,
                       std::array<Panel<T>, Count>& panels) {
        constexpr std::size_t width = tile_width<Arch, T>, lanes = batch_width<T, Arch>;
        const bool transposed = product.form == Form::nt;
        const bool in_place = !transposed && product.m <= 3 * tile_rows<Arch>;
        const std::size_t whole = columns.size() / width;
        const Matrix<const T> source{transposed ? product.b.row(columns.begin) + depth.begin
                                                : product.b.row(depth.begin) + columns.begin,
                                     product.b.stride};
        if (!transposed && !in_place) {
            pack_columns<Arch, width>(whole * width, depth.size(), source, packed);
        }
        for (std::size_t q = 0; q < whole; ++q) {
            T* const panel = packed + q * width * depth.size();
            if (transposed) {
                pack_rows<Arch, width>(width, depth.size(),
                                       Matrix<const T>{source.row(q * width), source.stride}, panel);
            }
            panels[q] = in_place ? Panel<T>{{source.data + q * width, source.stride}, width}
                                 : Panel<T>{{panel, width}, width};
        }
        const std::size_t rest = columns.size() % width;
        if (rest == 0) return;
        T* const panel = packed + whole * width * depth.size();
        const auto pack_rest = [&]<std::size_t Width>() {
            if (transposed) {
                pack_rows<Arch, Width>(rest, depth.size(),
                                       Matrix<const T>{source.row(whole * width), source.stride}, panel);
            } else {
                pack_columns<Arch, Width>(rest, depth.size(),
                                    Matrix<const T>{source.data + whole * width, source.stride}, panel);
            }
            panels[whole] = {{panel, Width}, rest};
        };
        if (rest > lanes) {
            pack_rest.template operator()<width>();
        } else {
            pack_rest.template operator()<lanes>();
        }
    }

    /// Shares out the columns of B that follow `columns` among the tiles of a block, which fetch them, line by line, while
    /// they multiply: packing then finds them near. Nothing but speed depends on it.
    template <class T>
    struct Fetch {
        static constexpr std::size_t line = 64 / sizeof(T);
        Matrix<const T> source;
        std::size_t rows, row = 0, left;  // rows of the source, the one to go on with, lines of each that are left
        std::size_t lines_per_row = 0;    // that a tile fetches for each of its own rows

        Fetch(const Product<T>& product, Range c_rows, Range columns, Range depth)
            : source{product.b.data, product.b.stride} {
            const std::size_t following = std::min(columns.size(), product.n - columns.end);
            const bool transposed = product.form == Form::nt;
            source.data = transposed ? product.b.row(columns.end) + depth.begin
                                     : product.b.row(depth.begin) + columns.end;
            rows = transposed ? following : depth.size();
            left = ((transposed ? depth.size() : following) + line - 1) / line;
            const std::size_t panels = (columns.size() + tile_width<Arch, T> - 1) / tile_width<Arch, T>;
            if (following != 0) lines_per_row = (rows * left + c_rows.size() * panels - 1) / (c_rows.size() * panels);
        }

        const T* next(std::size_t height) {
            if (row >= rows) {
                row = 0;
                source.data += line;
                if (--left == 0) lines_per_row = 0;
            }
            const T* const from = source.row(row);
            row += height * lines_per_row;
            return from;
        }
    };

    template <class T>
    static void multiply_block(const Product<T>& product, Range rows, Range columns, Range depth,
                               const T* packed_a, T* packed_b) {
        constexpr std::size_t width = tile_width<Arch, T>, lanes = batch_width<T, Arch>;
        const Epilogue<T>& epilogue = product.epilogue;
        std::array<Panel<T>, column_block<T> / width> panels;
        pack_b(product, columns, depth, packed_b, panels);
        Fetch<T> fetch(product, rows, columns, depth);
        for (std::size_t j = columns.begin; j < columns.end; j += width) {
            const Panel<T>& panel = panels[(j - columns.begin) / width];
            for (std::size_t i = rows.begin; i < rows.end;) {
                const std::size_t height = next_tile_height<Arch>(rows.end - i);
                const std::size_t tall = std::min(height, rows.end - i);
                const TileWork<T> work{
                    .k = depth.size(),
                    .a = packed_a + (i - rows.begin) * depth.size(),
                    .b = panel.b.data,
                    .b_stride = panel.b.stride,
                    .c = {product.c.row(i) + j, product.c.stride},
                    .resume = depth.begin != 0 || epilogue.accumulate,
                    .last = depth.end == product.k,
                    .bias = epilogue.bias == nullptr ? nullptr : epilogue.bias + j,
                    .magnitude = epilogue.magnitude == nullptr ? nullptr : epilogue.magnitude + j,
                    .activation = epilogue.activation,
                    .next = fetch.next(height),
                    .next_stride = product.b.stride,
                    .next_lines = fetch.lines_per_row};
                if (tall == height && panel.columns == panel.registers() * lanes) {
                    multiply_tile<Arch>(height, panel.registers(), work);
                } else {
                    multiply_edge_tile<Arch>(height, panel.registers(), tall, panel.columns, work);
                }
                i += tall;
            }
        }
    }

    /// c[j] += a[0] b(0, j) + ... + a[Count - 1] b(Count - 1, j) for j < n, added one after the other.
    template <std::size_t Count, class T>
    static void add_rows(std::size_t n, const T* a, std::size_t a_step, Matrix<const T> b, T* c) {
        using V = Batch<T, Arch>;
        V element[Count];
#pragma GCC unroll 8
        for (std::size_t i = 0; i < Count; ++i) element[i] = V(a[i * a_step]);
        std::size_t j = 0;
        for (; j + 2 * V::size <= n; j += 2 * V::size) {
            V left = V::load_unaligned(c + j), right = V::load_unaligned(c + j + V::size);
#pragma GCC unroll 8
            for (std::size_t i = 0; i < Count; ++i) {
                left = madd<Arch, T>(element[i], V::load_unaligned(b.row(i) + j), left);
                right = madd<Arch, T>(element[i], V::load_unaligned(b.row(i) + j + V::size), right);
            }
            left.store_unaligned(c + j);
            right.store_unaligned(c + j + V::size);
        }
        for_each_vector<Arch, T>(j, n, [&](auto vector, std::size_t at) {
            V sum = vector.load(c + at);
            for (std::size_t i = 0; i < Count; ++i) {
                sum = madd<Arch, T>(element[i], vector.load(b.row(i) + at), sum);
            }
            vector.store(c + at, sum);
        });
    }

    /// A single row of C: B streams through once, eight of its rows side by side, while the sums wait in C.
    template <class T>
    static void multiply_row(const Product<T>& product) {
        const std::size_t n = product.n, k = product.k;
        const std::size_t a_step = product.form == Form::tn ? product.a.stride : 1;
        T* const c = product.c.data;
        if (!product.epilogue.accumulate) std::fill_n(c, n, T{0});
        std::size_t p = 0;
        const auto add = [&]<std::size_t Count>() {
            for (; p + Count <= k; p += Count) {
                add_rows<Count>(n, product.a.data + p * a_step, a_step,
                                Matrix<const T>{product.b.row(p), product.b.stride}, c);
            }
        };
        add.template operator()<8>();
        add.template operator()<1>();
        apply_epilogue<Arch>(1, n, product.c, product.epilogue);
    }
};

}  // namespace alrao::kernels::detail
