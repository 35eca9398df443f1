#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#pragma push_macro("I")  // of complex.h: it is a parameter of templates here
#undef I
#include <xsimd/xsimd.hpp>  // within: its own functions call the intrinsics too
#pragma pop_macro("I")

namespace alrao {

/// The widest instruction set that the compiler's flags allow; kernels take it as a template
/// argument, so that objects built with different flags hold different functions.
using DefaultArch = xsimd::default_arch;

/// A register of `Arch` full of T.
template <class T, class Arch>
using Register = xsimd::batch<T, Arch>;

/// Elements of T in a register of `Arch`.
template <class T, class Arch>
inline constexpr std::size_t register_width = Register<T, Arch>::size;

/// Vector registers that `Arch` names.
template <class Arch>
inline constexpr std::size_t register_count =
    std::is_base_of_v<xsimd::avx512f, Arch> || std::is_base_of_v<xsimd::neon64, Arch> ? 32 : 16;

/// Whether `Arch` has a fused multiply-add.
template <class Arch>
inline constexpr bool has_fma =
    std::is_base_of_v<xsimd::avx512f, Arch> || std::is_base_of_v<xsimd::neon64, Arch> ||
    std::is_same_v<Arch, xsimd::fma3<xsimd::avx2>> || std::is_same_v<Arch, xsimd::fma3<xsimd::avx>> ||
    std::is_same_v<Arch, xsimd::fma3<xsimd::sse4_2>>;

namespace detail {

/// Keeps a product apart from the sum it enters. Without it GCC contracts the two wherever the
/// flags know FMA, and a narrower Arch would round differently from one translation unit to the
/// next.
template <class V>
[[gnu::always_inline]] inline void keep_rounded([[maybe_unused]] V& product) noexcept {
#if defined(__FMA__)
    if constexpr (std::is_arithmetic_v<V>) {
        asm("" : "+x"(product));
    } else {
        asm("" : "+x"(product.data));
    }
#elif defined(__aarch64__)
    if constexpr (std::is_arithmetic_v<V>) {
        asm("" : "+w"(product));
    } else {
        asm("" : "+w"(product.data));
    }
#endif
}

}  // namespace detail

/// a b + c, rounded once where `Arch` has FMA, else twice. Vector and scalar forms of one Arch
/// round alike, so an element's bits do not depend on whether it lay in a vector body or in a tail.
template <class Arch, class T>
[[nodiscard, gnu::always_inline]] inline Register<T, Arch> madd(const Register<T, Arch>& a,
                                                                const Register<T, Arch>& b,
                                                                const Register<T, Arch>& c) noexcept {
    if constexpr (std::is_base_of_v<xsimd::avx512f, Arch>) {
        // xsimd 8.1 writes a * b + c here and leaves the fusion to the compiler; clang does not
        // fuse.
#if defined(__AVX512F__)
        if constexpr (sizeof(T) == 4) {
            return _mm512_fmadd_ps(a, b, c);
        } else {
            return _mm512_fmadd_pd(a, b, c);
        }
#endif
    } else if constexpr (has_fma<Arch>) {
        return xsimd::fma(a, b, c);
    } else {
        Register<T, Arch> product = a * b;
        detail::keep_rounded(product);
        return product + c;
    }
}

/// a b + c of one element, in the rounding of `Arch`.
template <class Arch, std::floating_point T>
[[nodiscard, gnu::always_inline]] inline T madd(T a, T b, T c) noexcept {
    if constexpr (has_fma<Arch>) {
        return std::fma(a, b, c);
    } else {
        T product = a * b;
        detail::keep_rounded(product);
        return product + c;
    }
}

namespace detail {

// Functions, not inlined: the ends of rows are few, and half of all copies of a kernel are for them.
template <class Arch, class T>
[[gnu::noinline]] Register<T, Arch> load_lanes(const T* from, std::size_t count) noexcept {
    alignas(64) T lane[register_width<T, Arch>] = {};
    for (std::size_t i = 0; i < count; ++i) lane[i] = from[i];
    return Register<T, Arch>::load_aligned(lane);
}
template <class Arch, class T>
[[gnu::noinline]] void store_lanes(T* to, std::size_t count, Register<T, Arch> value) noexcept {
    alignas(64) T lane[register_width<T, Arch>];
    value.store_aligned(lane);
    for (std::size_t i = 0; i < count; ++i) to[i] = lane[i];
}

}  // namespace detail

/// The first `count` elements at `from` (at least 1, fewer than a register holds), and zeros behind them.
template <class Arch, class T>
[[nodiscard, gnu::always_inline]] inline Register<T, Arch> load_first(const T* from,
                                                                      std::size_t count) noexcept {
#if defined(__AVX512F__)
    if constexpr (std::is_base_of_v<xsimd::avx512f, Arch>) {
        const auto mask = (1U << count) - 1;
        if constexpr (sizeof(T) == 4) {
            return _mm512_maskz_loadu_ps(static_cast<__mmask16>(mask), from);
        } else {
            return _mm512_maskz_loadu_pd(static_cast<__mmask8>(mask), from);
        }
    }
#endif
    return detail::load_lanes<Arch, T>(from, count);
}

/// The first `count` elements of a register (at least 1, fewer than all) to `to`; nothing else is
/// touched.
template <class Arch, class T>
[[gnu::always_inline]] inline void store_first(T* to, std::size_t count,
                                               const Register<T, Arch>& value) noexcept {
#if defined(__AVX512F__)
    if constexpr (std::is_base_of_v<xsimd::avx512f, Arch>) {
        const auto mask = (1U << count) - 1;
        if constexpr (sizeof(T) == 4) {
            _mm512_mask_storeu_ps(to, static_cast<__mmask16>(mask), value);
        } else {
            _mm512_mask_storeu_pd(to, static_cast<__mmask8>(mask), value);
        }
        return;
    }
#endif
    detail::store_lanes<Arch, T>(to, count, value);
}

/// max(x, 0); NaN stays NaN.
template <class T, class Arch>
[[nodiscard, gnu::always_inline]] inline Register<T, Arch> relu(const Register<T, Arch>& x) noexcept {
    return xsimd::select(x < Register<T, Arch>(T{0}), Register<T, Arch>(T{0}), x);
}

/// The integer as wide as T, in which |x| are ordered as in T, with Inf above all numbers and NaN
/// above Inf.
template <class T>
using MagnitudeBits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

/// The larger of `bits` and the bits of |x|, lane by lane. Unlike a maximum of numbers it never
/// loses a NaN.
template <class T, class Arch>
[[nodiscard, gnu::always_inline]] inline Register<MagnitudeBits<T>, Arch> magnitude_max(
    const Register<MagnitudeBits<T>, Arch>& bits, const Register<T, Arch>& x) noexcept {
    using Bits = Register<MagnitudeBits<T>, Arch>;
    const Bits sign_off(std::numeric_limits<MagnitudeBits<T>>::max());
    return xsimd::max(bits, Bits(xsimd::bitwise_cast<Bits>(x) & sign_off));
}

/// The larger of two magnitudes (>= 0, Inf or NaN); a NaN stays.
template <std::floating_point T>
[[nodiscard]] constexpr T magnitude_max(T a, T b) noexcept {
    using Bits = MagnitudeBits<T>;
    return std::bit_cast<Bits>(a) < std::bit_cast<Bits>(b) ? b : a;
}

}  // namespace alrao

#pragma GCC diagnostic pop
