#pragma once

#include <alrao/tensor/simd.hpp>

#include <cstddef>
#include <type_traits>

#pragma GCC diagnostic push  // g++ 12 reports uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao {
namespace detail {

/// 16 bytes of T: every instruction set has cheap shuffles within 16-byte parts of a register.
template <class T>
using Chunk [[gnu::vector_size(16)]] = T;

template <class T>
[[gnu::always_inline]] inline Chunk<T> load_chunk(const T* source) noexcept {
    Chunk<T> chunk;
    __builtin_memcpy(&chunk, source, sizeof(chunk));
    return chunk;
}

/// The concatenation of a and b, in a register twice as wide.
template <class V>
[[gnu::always_inline]] inline auto join(V a, V b) noexcept {
    constexpr std::size_t n = sizeof(V) / sizeof(a[0]);
    if constexpr (n == 2) {
        return __builtin_shufflevector(a, b, 0, 1, 2, 3);
    } else if constexpr (n == 4) {
        return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
    } else {
        return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }
}

/// Interleaves, within each chunk, the low (or high) halves of a and b: a0 b0 a1 b1 (or a2 b2 a3 b3).
template <bool High, class V>
[[gnu::always_inline]] inline V interleave(V a, V b) noexcept {
    constexpr std::size_t size = sizeof(a[0]), n = sizeof(V) / size;
    constexpr int i = High ? (size == 4 ? 2 : 1) : 0;
    if constexpr (size == 8 && n == 2) {
        return __builtin_shufflevector(a, b, i, i + 2);
    } else if constexpr (size == 8 && n == 4) {
        return __builtin_shufflevector(a, b, i, i + 4, i + 2, i + 6);
    } else if constexpr (size == 8) {
        return __builtin_shufflevector(a, b, i, i + 8, i + 2, i + 10, i + 4, i + 12, i + 6, i + 14);
    } else if constexpr (n == 4) {
        return __builtin_shufflevector(a, b, i, i + 4, i + 1, i + 5);
    } else if constexpr (n == 8) {
        return __builtin_shufflevector(a, b, i, i + 8, i + 1, i + 9, i + 4, i + 12, i + 5, i + 13);
    } else {
        return __builtin_shufflevector(a, b, i, i + 16, i + 1, i + 17, i + 4, i + 20, i + 5, i + 21, i + 8,
                                       i + 24, i + 9, i + 25, i + 12, i + 28, i + 13, i + 29);
    }
}

/// The same with pairs of floats as elements.
template <bool High, class V>
[[gnu::always_inline]] inline V interleave_pairs(V a, V b) noexcept {
    using Doubles [[gnu::vector_size(sizeof(V))]] = double;
    return V(interleave<High>(Doubles(a), Doubles(b)));
}

}  // namespace detail

/// Transposes a block of W x W elements, where W is the register width of `Arch`:
/// target[j * target_stride + i] = rows[i][column + j]. Each chunk is loaded into its final position
/// within a register, so that all shuffles stay within chunks.
template <class Arch, class T>
[[gnu::always_inline]] inline void transpose_block(const T* const* rows, std::size_t column, T* target,
                                                   std::size_t target_stride) noexcept {
    using V = Register<T, Arch>;
    using Raw = typename V::register_type;
    constexpr std::size_t side = 16 / sizeof(T);    // elements in a chunk
    constexpr std::size_t chunks = V::size / side;  // chunks in a register
    Raw part[chunks][side];                         // [c][i]: chunk c of rows i, i + side, i + 2 side, ...
#pragma GCC unroll 8
    for (std::size_t i = 0; i < side; ++i) {
#pragma GCC unroll 8
        for (std::size_t c = 0; c < chunks; ++c) {
            const std::size_t at = column + c * side;
            if constexpr (chunks == 1) {
                part[c][i] = Raw(detail::load_chunk(rows[i] + at));
            } else {
                const auto low =
                    detail::join(detail::load_chunk(rows[i] + at), detail::load_chunk(rows[i + side] + at));
                if constexpr (chunks == 2) {
                    part[c][i] = Raw(low);
                } else {
                    const auto high = detail::join(detail::load_chunk(rows[i + 2 * side] + at),
                                                   detail::load_chunk(rows[i + 3 * side] + at));
                    part[c][i] = Raw(detail::join(low, high));
                }
            }
        }
    }
#pragma GCC unroll 8
    for (std::size_t c = 0; c < chunks; ++c) {
        T* const out = target + c * side * target_stride;
        const auto& p = part[c];
        if constexpr (side == 2) {
            V(detail::interleave<false>(p[0], p[1])).store_unaligned(out);
            V(detail::interleave<true>(p[0], p[1])).store_unaligned(out + target_stride);
        } else {
            const Raw low01 = detail::interleave<false>(p[0], p[1]);
            const Raw low23 = detail::interleave<false>(p[2], p[3]);
            const Raw high01 = detail::interleave<true>(p[0], p[1]);
            const Raw high23 = detail::interleave<true>(p[2], p[3]);
            V(detail::interleave_pairs<false>(low01, low23)).store_unaligned(out);
            V(detail::interleave_pairs<true>(low01, low23)).store_unaligned(out + target_stride);
            V(detail::interleave_pairs<false>(high01, high23)).store_unaligned(out + 2 * target_stride);
            V(detail::interleave_pairs<true>(high01, high23)).store_unaligned(out + 3 * target_stride);
        }
    }
}

}  // namespace alrao

#pragma GCC diagnostic pop
