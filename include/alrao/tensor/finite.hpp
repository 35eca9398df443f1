#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

namespace alrao {

/// Whether `value` is neither infinite nor NaN. It tests bits, because with -Ofast the compiler may
/// assume that infinities and NaN do not occur and remove comparisons of numbers.
template <std::floating_point T>
[[nodiscard]] constexpr bool is_finite(T value) noexcept {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "alrao: is_finite takes float or double");
    if constexpr (sizeof(T) == 4) {
        constexpr std::uint32_t exponent = 0x7f80'0000U;
        return (std::bit_cast<std::uint32_t>(value) & exponent) != exponent;
    } else {
        constexpr std::uint64_t exponent = 0x7ff0'0000'0000'0000U;
        return (std::bit_cast<std::uint64_t>(value) & exponent) != exponent;
    }
}

/// a == b, for exact comparisons that are intended: -Wfloat-equal warns of every use of == .
template <std::floating_point T>
[[nodiscard]] constexpr bool is_same_number(T a, T b) noexcept {
    return a <= b && a >= b;
}

/// Whether `value` is exactly 0 or -0.
template <std::floating_point T>
[[nodiscard]] constexpr bool is_zero(T value) noexcept {
    return is_same_number(value, T{0});
}

}  // namespace alrao
