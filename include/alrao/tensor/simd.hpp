#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#pragma GCC diagnostic push  // g++ 12 reports uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#pragma push_macro("I")  // complex.h defines the macro I; xsimd has template parameters of that name
#undef I
#include <xsimd/xsimd.hpp>  // between the pragmas: xsimd calls these intrinsics too
#pragma pop_macro("I")

namespace alrao {

/// The widest instruction set that the compiler flags allow. Kernels take it as a template argument, so
/// that object files compiled with different flags contain different functions and can be linked together.
using DefaultArch = xsimd::default_arch;

/// A SIMD register of instruction set `Arch` with elements of type T.
template <class T, class Arch>
using Register = xsimd::batch<T, Arch>;

/// Number of elements of T in a register of `Arch`.
template <class T, class Arch>
inline constexpr std::size_t register_width = Register<T, Arch>::size;

/// Number of vector registers of `Arch`.
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

/// Prevents the compiler from contracting `product` and a following addition into a fused multiply-add.
/// GCC does so if the compiler flags allow FMA, even in code for an `Arch` without FMA, whose rounding
/// would then depend on the flags of the translation unit.
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

/// a b + c, rounded once if `Arch` has FMA, else twice. The vector and scalar forms of one Arch round
/// alike, so a result does not depend on whether its element is computed in a full register or in the
/// remainder of a loop.
template <class Arch, class T>
[[nodiscard, gnu::always_inline]] inline Register<T, Arch> madd(const Register<T, Arch>& a,
                                                                const Register<T, Arch>& b,
                                                                const Register<T, Arch>& c) noexcept {
    if constexpr (std::is_base_of_v<xsimd::avx512f, Arch>) {
        // xsimd 8.1 writes a * b + c here and relies on the compiler to fuse it, which clang does not.
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

/// a b + c of one element, rounded as by the vector form for `Arch`.
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

// Not inlined: ends of rows are rare, and their inlined code would make up half of many kernels.
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

/// Loads the first `count` elements at `from` (at least 1, fewer than a register holds) and fills the
/// rest of the register with zeros.
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

/// Stores the first `count` elements of a register (at least 1, fewer than all) at `to`. Memory after
/// them is not written.
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

/// max(x, 0) for each element; NaN stays NaN.
template <class T, class Arch>
[[nodiscard, gnu::always_inline]] inline Register<T, Arch> relu(const Register<T, Arch>& x) noexcept {
    return xsimd::select(x < Register<T, Arch>(T{0}), Register<T, Arch>(T{0}), x);
}

/// The signed integer with the size of T. The bits of |x|, read as this integer, are ordered like |x|,
/// with infinity above all finite numbers and NaN above infinity.
template <class T>
using MagnitudeBits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

/// The maximum of `bits` and the bits of |x|, element by element. Unlike a maximum of floating-point
/// numbers it never drops a NaN.
template <class T, class Arch>
[[nodiscard, gnu::always_inline]] inline Register<MagnitudeBits<T>, Arch> magnitude_max(
    const Register<MagnitudeBits<T>, Arch>& bits, const Register<T, Arch>& x) noexcept {
    using Bits = Register<MagnitudeBits<T>, Arch>;
    const Bits sign_off(std::numeric_limits<MagnitudeBits<T>>::max());
    return xsimd::max(bits, Bits(xsimd::bitwise_cast<Bits>(x) & sign_off));
}

/// The maximum of two magnitudes (>= 0, infinity or NaN). If one is NaN, so is the result.
template <std::floating_point T>
[[nodiscard]] constexpr T magnitude_max(T a, T b) noexcept {
    using Bits = MagnitudeBits<T>;
    return std::bit_cast<Bits>(a) < std::bit_cast<Bits>(b) ? b : a;
}

}  // namespace alrao

#pragma GCC diagnostic pop
