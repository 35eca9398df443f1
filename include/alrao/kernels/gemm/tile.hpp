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
inline constexpr std::size_t tile_width = 2 * register_width<T, Arch>;

/// The layout of the factor A of a tile. panel: [k][height]. strip: [k], with a row stride of `a_stride`.
/// chunks: [k / width][height][width] with the width of a register. in_place: not packed, with a row
/// stride of `a_row` and a column stride of `a_stride`.
enum class Left : unsigned char { panel, strip, chunks, in_place };

/// One register tile of C, all of it inside memory that may be read and written.
template <class T>
struct TileWork {
    std::size_t k;
    const T* a;  ///< as `Left` says
    const T* b;  ///< [k], rows `b_stride` apart
    std::size_t b_stride;
    Matrix<T> c;
    bool resume;    ///< sums go on from C's values
    bool last;      ///< sums are complete after this: apply the epilogue
    const T* bias;  ///< or null
    T* magnitude;   ///< or null; raised, not set
    Activation activation;
    const T* next = nullptr;  ///< `next_rows` pieces of two lines of memory, `next_stride` apart,
                              ///< that are read soon
    std::size_t next_stride = 0, next_rows = 0;
    bool next_is_far = false;  ///< those pieces are too many for the first cache
    const T* after = nullptr;  ///< a tile like C's that is read after the product, or null
    T* packed = nullptr;       ///< where to those pieces are copied, a tile's width each; or null
    std::size_t a_stride = 0;  ///< of a strip, and in place: elements from a column to the next
    std::size_t a_row = 1;     ///< in place: elements from a row to the next
};

/// The column of A that a tile has come to: `column[i]`, then `next()`.
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
    /// Prefetches the operands of a later step into the first-level cache.
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

/// The sums of a tile before its first step.
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

/// The sums of a tile after its last step: the epilogue where they are complete, and the way to C.
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
/// packed if the work requires it. Packing a piece one step after its prefetch is hidden by the
/// arithmetic. Packing all of it at once would wait for memory, and rows whose stride is a power of two
/// would already have evicted each other from the cache.
template <class Arch, class T>
class NextPieces {
public:
    [[gnu::always_inline]] explicit NextPieces(const TileWork<T>& work)
        : next_(work.next), fetched_row_(work.next), packed_(work.packed) {}

    /// Fetches pieces until `count` of them are.
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

/// C(tile) (+)= sum over p of A(:, p) B(p, :). For every element one chain of madd in ascending p,
/// resumed from C between blocks of k: its bits depend on its row of A, its column of B and nothing
/// else.
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
        // Prefetch a row of the tile below and rows of B into the first-level cache, few at a time, so
        // that the arithmetic hides the loads.
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
