#pragma once

#include <alrao/kernels/gemm_operands.hpp>
#include <alrao/tensor/simd.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao::kernels::detail {

/// Heights of the register tiles, tallest first; a tile is at most two registers wide. The tallest
/// keeps its sums, a row of B and a broadcast element of A in the registers there are: 24 of 32
/// hold sums, or 12 of 16.
template <class Arch>
inline constexpr std::array<std::size_t, 4> tile_heights =
    register_count<Arch> == 32 ? std::array<std::size_t, 4>{12, 8, 4, 1}
                               : std::array<std::size_t, 4>{6, 4, 2, 1};

template <class Arch>
inline constexpr std::size_t tile_rows = tile_heights<Arch>[0];

template <class Arch, class T>
inline constexpr std::size_t tile_width = 2 * batch_width<T, Arch>;

/// One register tile of C, all of it inside memory that may be read and written.
template <class T>
struct TileWork {
    std::size_t k;
    const T* a;  ///< [k][height], packed
    const T* b;  ///< [k], rows `b_stride` apart
    std::size_t b_stride;
    Matrix<T> c;
    bool resume;    ///< sums go on from C's values
    bool last;      ///< sums are complete after this: apply the epilogue
    const T* bias;  ///< or null
    T* magnitude;   ///< or null; raised, not set
    Activation activation;
    const T* next;  ///< `next_rows` pieces of two lines of memory, `next_stride` apart, that are
                    ///< read soon
    std::size_t next_stride, next_rows;
};

/// C(tile) (+)= sum over p of A(:, p) B(p, :). For every element one chain of madd in ascending p,
/// resumed from C between blocks of k: its bits depend on its row of A, its column of B and nothing
/// else.
template <class Arch, class T, std::size_t Rows, std::size_t Registers>
void multiply_tile(const TileWork<T>& work) {
    using V = Batch<T, Arch>;
    V sum[Rows][Registers];
#pragma GCC unroll 16
    for (std::size_t i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Registers; ++v) sum[i][v] = V(T{0});
    }
    if (work.resume) {
#pragma GCC unroll 16
        for (std::size_t i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
            for (std::size_t v = 0; v < Registers; ++v) {
                sum[i][v] = V::load_unaligned(work.c.row(i) + v * V::size);
            }
        }
    }
    const T* a = work.a;
    const T* b = work.b;
    const auto step = [&]() __attribute__((always_inline)) {
        V row[Registers];
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Registers; ++v) row[v] = V::load_unaligned(b + v * V::size);
#pragma GCC unroll 16
        for (std::size_t i = 0; i < Rows; ++i) {
            const V element(a[i]);
#pragma GCC unroll 4
            for (std::size_t v = 0; v < Registers; ++v) {
                sum[i][v] = madd<Arch, T>(element, row[v], sum[i][v]);
            }
        }
        a += Rows;
        b += work.b_stride;
    };
    constexpr std::size_t line = 64 / sizeof(T), steps = 4, ahead_by = 16;
    const T* next = work.next;
    std::size_t p = 0, fetched = 0;
    for (std::size_t piece = 1; piece <= Rows; ++piece) {
        // What comes next is called into the first cache: a row of the tile below, and rows of B,
        // few at a time, so that fetching hides behind the sum.
        const T* const below = work.c.row(Rows + piece - 1);
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Registers; ++v) __builtin_prefetch(below + v * V::size, 1);
        for (; fetched < work.next_rows * piece / Rows; ++fetched, next += work.next_stride) {
            __builtin_prefetch(next);
            __builtin_prefetch(next + line);
        }
        const std::size_t end = work.k * piece / Rows;
        for (; p + steps <= end; p += steps) {
#pragma GCC unroll 4
            for (std::size_t i = 0; i < steps * Rows; i += line)
                __builtin_prefetch(a + ahead_by * Rows + i);
            step();
            step();
            step();
            step();
        }
    }
    for (; p < work.k; ++p) step();
    if (work.last) {
        if (work.bias != nullptr) {
#pragma GCC unroll 4
            for (std::size_t v = 0; v < Registers; ++v) {
                const V bias = V::load_unaligned(work.bias + v * V::size);
#pragma GCC unroll 16
                for (std::size_t i = 0; i < Rows; ++i) sum[i][v] = sum[i][v] + bias;
            }
        }
        if (work.magnitude != nullptr) {
            using Bits = Batch<MagnitudeBits<T>, Arch>;
#pragma GCC unroll 4
            for (std::size_t v = 0; v < Registers; ++v) {
                T* const place = work.magnitude + v * V::size;
                Bits bits = xsimd::bitwise_cast<Bits>(V::load_unaligned(place));
#pragma GCC unroll 16
                for (std::size_t i = 0; i < Rows; ++i)
                    bits = magnitude_max<T, Arch>(bits, sum[i][v]);
                xsimd::bitwise_cast<V>(bits).store_unaligned(place);
            }
        }
        if (work.activation == Activation::relu) {
#pragma GCC unroll 16
            for (std::size_t i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
                for (std::size_t v = 0; v < Registers; ++v) sum[i][v] = relu<T, Arch>(sum[i][v]);
            }
        }
    }
#pragma GCC unroll 16
    for (std::size_t i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Registers; ++v) {
            sum[i][v].store_unaligned(work.c.row(i) + v * V::size);
        }
    }
}

/// The height of the tile that covers the next rows of `left`: the tallest, or once they do not
/// fill it the lowest that covers them.
template <class Arch>
[[nodiscard]] constexpr std::size_t next_tile_height(std::size_t left) noexcept {
    std::size_t height = tile_rows<Arch>;
    for (const std::size_t h : tile_heights<Arch>) {
        if (h >= left) height = h;
    }
    return height;
}

/// The tile of `height` and of one or two registers; height is one of `tile_heights`.
template <class Arch, class T>
void multiply_tile(std::size_t height, std::size_t registers, const TileWork<T>& work) {
    constexpr auto& heights = tile_heights<Arch>;
    using Function = void (*)(const TileWork<T>&);
    constexpr Function functions[2][4] = {
        {multiply_tile<Arch, T, heights[0], 1>, multiply_tile<Arch, T, heights[1], 1>,
         multiply_tile<Arch, T, heights[2], 1>, multiply_tile<Arch, T, heights[3], 1>},
        {multiply_tile<Arch, T, heights[0], 2>, multiply_tile<Arch, T, heights[1], 2>,
         multiply_tile<Arch, T, heights[2], 2>, multiply_tile<Arch, T, heights[3], 2>}};
    std::size_t index = 0;
    while (heights[index] != height) ++index;
    functions[registers - 1][index](work);
}

/// The same for a tile that hangs over C's edge, `rows` of `height` and `columns` of its width
/// inside: works on a copy, in which the last row stands for those beyond it, so that they change
/// no magnitude.
template <class Arch, class T>
void multiply_edge_tile(std::size_t height, std::size_t registers, std::size_t rows,
                        std::size_t columns, TileWork<T> work) {
    constexpr std::size_t width = tile_width<Arch, T>;
    alignas(64) std::array<T, tile_rows<Arch> * width> c;
    alignas(64) std::array<T, width> bias{};
    alignas(64) std::array<T, width> magnitude{};
    const Matrix<T> outer = work.c;
    T* const outer_magnitude = work.magnitude;
    if (work.resume) {
        c.fill(T{0});
        for (std::size_t i = 0; i < height; ++i) {
            std::copy_n(outer.row(std::min(i, rows - 1)), columns, c.data() + i * width);
        }
    }
    work.c = {c.data(), width};
    if (work.bias != nullptr) {
        std::copy_n(work.bias, columns, bias.data());
        work.bias = bias.data();
    }
    if (work.magnitude != nullptr) {
        std::copy_n(work.magnitude, columns, magnitude.data());
        work.magnitude = magnitude.data();
    }
    multiply_tile<Arch>(height, registers, work);
    for (std::size_t i = 0; i < rows; ++i) std::copy_n(c.data() + i * width, columns, outer.row(i));
    if (work.last && outer_magnitude != nullptr) {
        std::copy_n(magnitude.data(), columns, outer_magnitude);
    }
}

}  // namespace alrao::kernels::detail
