#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace alrao::io {

namespace detail {

/// Converts the bits of a 16-bit floating-point format with `fraction_bits` bits of fraction to T. The
/// conversion is exact, because T has at least the range and precision of the format; this includes subnormal
/// numbers, infinities and NaN, whose payload is kept. It computes on bits, so the result does not depend on
/// compiler flags or processor modes for subnormal numbers and NaN.
template <std::floating_point T>
[[nodiscard]] constexpr T widened(std::uint16_t bits, int fraction_bits) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    static_assert(sizeof(T) == sizeof(Bits) && std::numeric_limits<T>::is_iec559);
    constexpr int to_fraction_bits = std::numeric_limits<T>::digits - 1;
    constexpr int to_bias = std::numeric_limits<T>::max_exponent - 1;
    const int bias = (1 << (14 - fraction_bits)) - 1, largest_exponent = 2 * bias + 1;

    const Bits sign = bits >> 15;
    Bits fraction = bits & ((1u << fraction_bits) - 1);
    int exponent = (bits >> fraction_bits) & largest_exponent;
    if (exponent == largest_exponent) {
        exponent = 2 * to_bias + 1;
    } else if (bias != to_bias && (exponent != 0 || fraction != 0)) {
        if (exponent == 0) {  // subnormal here but normal in T, where the leading bit is not stored
            const int shift = fraction_bits + 1 - static_cast<int>(std::bit_width(fraction));
            fraction = (fraction << shift) & ((Bits{1} << fraction_bits) - 1);
            exponent = 1 - shift;
        }
        exponent += to_bias - bias;
    }
    return std::bit_cast<T>((sign << (8 * sizeof(T) - 1)) |
                            (static_cast<Bits>(exponent) << to_fraction_bits) |
                            (fraction << (to_fraction_bits - fraction_bits)));
}

}  // namespace detail

/// Returns the number with these bits of F16 (IEEE 754 binary16: 5 bits of exponent, 10 of fraction).
template <std::floating_point T>
[[nodiscard]] constexpr T from_f16(std::uint16_t bits) {
    return detail::widened<T>(bits, 10);
}

/// Returns the number with these bits of BF16 (the upper half of a float).
template <std::floating_point T>
[[nodiscard]] constexpr T from_bf16(std::uint16_t bits) {
    return detail::widened<T>(bits, 7);
}

}  // namespace alrao::io
