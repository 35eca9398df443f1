#pragma once

#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/tensor/simd.hpp>

#include <array>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// Heights of the register tiles, tallest first; a tile is at most two registers wide. The tallest tile
/// keeps its sums in 24 of 32 (or 12 of 16) registers; of the others, it uses two for a row of B and one for
/// a broadcast element of A.
template <class Arch>
inline constexpr std::array<std::size_t, 4> tile_heights =
    register_count<Arch> == 32 ? std::array<std::size_t, 4>{12, 8, 4, 1}
                               : std::array<std::size_t, 4>{6, 4, 2, 1};

/// The height of the tallest tile, in rows.
template <class Arch>
inline constexpr std::size_t tile_rows = tile_heights<Arch>[0];

/// The width of the widest tile, in elements: two registers.
template <class Arch, class T>
inline constexpr std::size_t tile_width = 2 * register_width<T, Arch>;

/// How the factor A of a tile is stored. panel: [k][height]. strip: columns of A, `a_stride` elements apart;
/// the elements of a column are contiguous. chunks: [k / width][height][width] with the width of a register.
/// in_place: not packed; columns of A are `a_stride` elements apart, rows `a_row` elements.
enum class Left : unsigned char { panel, strip, chunks, in_place };

/// The operands of one register tile of C. The whole tile must be memory that may be read and written.
template <class T>
struct TileWork {
    std::size_t k;
    const T* a;  ///< factor A, stored in one of the forms of `Left`
    const T* b;  ///< factor B, [k] rows with a stride of `b_stride`
    std::size_t b_stride;
    Matrix<T> c;
    bool resume;    ///< continue the sums from the values in C
    bool last;      ///< the sums are complete after this call: apply the epilogue
    const T* bias;  ///< may be null
    T* magnitude;   ///< becomes the maximum of its old and the new values; may be null
    Activation activation;
    /// Memory that is read soon after this tile: `next_rows` pieces of two cache lines each, with a stride of
    /// `next_stride` elements. They are prefetched during the tile.
    const T* next = nullptr;
    std::size_t next_stride = 0, next_rows = 0;
    bool next_is_far =
        false;  ///< prefetch into a farther cache, because the pieces do not fit into the first
    const T* after = nullptr;  ///< a tile with the stride of C that is read after the product; may be null
    T* packed = nullptr;       ///< copy the pieces here, `tile_width` elements of each; may be null
    std::size_t a_stride = 0;  ///< strip and in_place: distance of the columns of A, in elements
    std::size_t a_row = 1;     ///< in_place: distance of the rows of A, in elements
};

/// The current column of A: `column[i]` is its element in row i of the tile, `next()` moves on by one
/// column.
template <Left Layout, class Arch, class T, std::size_t Rows>
class LeftColumn {
public:
    [[gnu::always_inline]] explicit LeftColumn(const TileWork<T>& work)
        : at_(work.a), row_(work.a_row), stride_(work.a_stride) {}

    [[gnu::always_inline]] T operator[](std::size_t i) const {
        if constexpr (Layout == Left::in_place) return at_[i * row_];
        return at_[Layout == Left::chunks ? i * width : i];
    }
    [[gnu::always_inline]] void next() {
        if constexpr (Layout == Left::panel) {
            at_ += Rows;
        } else if constexpr (Layout == Left::strip || Layout == Left::in_place) {
            at_ += stride_;
        } else {
            ++at_;
            if (--left_ == 0) {
                at_ += width * (Rows - 1);
                left_ = width;
            }
        }
    }
    /// Prefetches `Steps` columns of A, 16 columns ahead, into the first-level cache.
    template <std::size_t Steps>
    [[gnu::always_inline]] void prefetch() const {
        constexpr std::size_t line = 64 / sizeof(T), ahead_by = 16;
        if constexpr (Layout == Left::strip) {
#pragma GCC unroll 4
            for (std::size_t i = 0; i < Steps; ++i) __builtin_prefetch(at_ + (ahead_by + i) * stride_);
        } else if constexpr (Layout != Left::in_place) {
            const T* const ahead = at_ + ahead_by * Rows;
#pragma GCC unroll 4
            for (std::size_t i = 0; i < Steps * Rows; i += line) __builtin_prefetch(ahead + i);
        }
    }

private:
    static constexpr std::size_t width = register_width<T, Arch>;
    const T* at_;
    std::size_t row_, stride_;
    std::size_t left_ = width;
};

/// Sets the sums of a tile to their initial values: those of C if `work.resume`, else 0.
template <class Arch, class T, std::size_t Rows, std::size_t Registers>
[[gnu::always_inline]] inline void begin_sums(const TileWork<T>& work,
                                              Register<T, Arch> (&sum)[Rows][Registers]) {
    using V = Register<T, Arch>;
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
}

/// Stores the sums of a tile to C; applies the epilogue first if `work.last`.
template <class Arch, class T, std::size_t Rows, std::size_t Registers>
[[gnu::always_inline]] inline void finish_sums(const TileWork<T>& work,
                                               Register<T, Arch> (&sum)[Rows][Registers]) {
    using V = Register<T, Arch>;
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
            using Bits = Register<MagnitudeBits<T>, Arch>;
#pragma GCC unroll 4
            for (std::size_t v = 0; v < Registers; ++v) {
                T* const place = work.magnitude + v * V::size;
                Bits bits = xsimd::bitwise_cast<Bits>(V::load_unaligned(place));
#pragma GCC unroll 16
                for (std::size_t i = 0; i < Rows; ++i) bits = magnitude_max<T, Arch>(bits, sum[i][v]);
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

/// The pieces of memory that are read after a tile. They are prefetched while the tile is computed, and
/// copied to `work.packed` if it is not null. Each piece is copied one step after its prefetch, so that
/// the arithmetic hides the latency. If all were copied at once, the copy would wait for memory, and rows
/// whose stride is a power of two would already have evicted each other from the cache.
template <class Arch, class T>
class NextPieces {
public:
    [[gnu::always_inline]] explicit NextPieces(const TileWork<T>& work)
        : next_(work.next), fetched_row_(work.next), packed_(work.packed) {}

    /// Prefetches further pieces, until `count` have been prefetched.
    [[gnu::always_inline]] void fetch(const TileWork<T>& work, std::size_t count) {
        constexpr std::size_t line = 64 / sizeof(T);
        for (; fetched_ < count; ++fetched_, next_ += work.next_stride) {
            if (work.next_is_far) {
                __builtin_prefetch(next_, 0, 1);
                __builtin_prefetch(next_ + line, 0, 1);
            } else {
                __builtin_prefetch(next_);
                __builtin_prefetch(next_ + line);
            }
        }
    }
    /// Copies the pieces that have been prefetched since the last call to `work.packed`.
    void pack_fetched(const TileWork<T>& work) {
        using V = Register<T, Arch>;
        for (; packed_ != nullptr && fetched_row_ != next_; fetched_row_ += work.next_stride) {
#pragma GCC unroll 4
            for (std::size_t v = 0; v < tile_width<Arch, T>; v += V::size)
                V::load_unaligned(fetched_row_ + v).store_unaligned(packed_ + v);
            packed_ += tile_width<Arch, T>;
        }
    }

private:
    const T* next_;
    const T* fetched_row_;
    T* packed_;
    std::size_t fetched_ = 0;
};

/// C(tile) (+)= sum over p of A(:, p) B(p, :). The sum of each element is one chain of multiply-adds in
/// ascending p, which is resumed from C between blocks of k. Its bits depend only on its row of A and its
/// column of B.
template <class Arch, class T, std::size_t Rows, std::size_t Registers, Left Layout = Left::panel>
void multiply_tile(const TileWork<T>& work) {
    using V = Register<T, Arch>;
    V sum[Rows][Registers];
    begin_sums<Arch, T>(work, sum);
    LeftColumn<Layout, Arch, T, Rows> a(work);
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
        a.next();
        b += work.b_stride;
    };
    NextPieces<Arch, T> next(work);
    constexpr std::size_t steps = 4;
    std::size_t p = 0;
    for (std::size_t piece = 1; piece <= Rows; ++piece) {
        next.pack_fetched(work);
        // Prefetch a row of the tile below and some pieces per step, so that the arithmetic hides the
        // loads.
        const T* const below = work.c.row(Rows + piece - 1);
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Registers; ++v) __builtin_prefetch(below + v * V::size, 1);
        if (work.after != nullptr) {
            const T* const row = work.after + (piece - 1) * work.c.stride;
#pragma GCC unroll 4
            for (std::size_t v = 0; v < Registers; ++v) __builtin_prefetch(row + v * V::size, 1, 2);
        }
        next.fetch(work, work.next_rows * piece / Rows);
        const std::size_t end = work.k * piece / Rows;
        for (; p + steps <= end; p += steps) {
            a.template prefetch<steps>();
            step();
            step();
            step();
            step();
        }
    }
    for (; p < work.k; ++p) step();
    next.pack_fetched(work);
    finish_sums<Arch, T>(work, sum);
}

/// The height of the tile that covers the next rows, when `left` rows remain: the tallest if they fill
/// it, else the lowest that covers them all.
template <class Arch>
[[nodiscard]] constexpr std::size_t next_tile_height(std::size_t left) noexcept {
    std::size_t height = tile_rows<Arch>;
    for (const std::size_t h : tile_heights<Arch>) {
        if (h >= left) height = h;
    }
    return height;
}

/// Calls the multiply_tile for this height and number of registers (1 or 2); height is one of
/// `tile_heights`.
template <class Arch, Left Layout = Left::panel, class T>
void multiply_tile(std::size_t height, std::size_t registers, const TileWork<T>& work) {
    constexpr auto& h = tile_heights<Arch>;
    using Function = void (*)(const TileWork<T>&);
    constexpr Function functions[2][4] = {
        {multiply_tile<Arch, T, h[0], 1, Layout>, multiply_tile<Arch, T, h[1], 1, Layout>,
         multiply_tile<Arch, T, h[2], 1, Layout>, multiply_tile<Arch, T, h[3], 1, Layout>},
        {multiply_tile<Arch, T, h[0], 2, Layout>, multiply_tile<Arch, T, h[1], 2, Layout>,
         multiply_tile<Arch, T, h[2], 2, Layout>, multiply_tile<Arch, T, h[3], 2, Layout>}};
    std::size_t index = 0;
    while (h[index] != height) ++index;
    functions[registers - 1][index](work);
}

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
