#pragma once

#include <array>
#include <cstddef>
#include <limits>

namespace alrao {

/// Sizes from here on are no sizes of arrays of numbers: sums of some of them would overflow.
inline constexpr std::size_t saturated = std::numeric_limits<std::size_t>::max() >> 8;

/// a * b, or `saturated` where that is reached, so that products can be checked once, at their end.
constexpr std::size_t saturating_multiply(std::size_t a, std::size_t b) {
    if (a != 0 && b >= saturated / a) return saturated;
    return a * b;
}

/// The smallest multiple of `multiple` (> 0) that is not below n.
[[nodiscard]] constexpr std::size_t rounded_up(std::size_t n, std::size_t multiple) noexcept {
    return (n + multiple - 1) / multiple * multiple;
}

/// n, or 1 for 0: keeps a type whose own assertion has failed from causing a second error.
constexpr std::size_t at_least_one(std::size_t n) { return n > 0 ? n : 1; }

/// The extents of an array of up to four dimensions, outermost first; row-major.
struct Extents {
    static constexpr std::size_t max_rank = 4;
    std::array<std::size_t, max_rank> extent{};
    std::size_t rank = 0;

    constexpr Extents() = default;
    template <class... Sizes>
        requires(sizeof...(Sizes) >= 1 && sizeof...(Sizes) <= max_rank)
    constexpr explicit Extents(Sizes... sizes)
        : extent{static_cast<std::size_t>(sizes)...}, rank(sizeof...(Sizes)) {}

    constexpr std::size_t operator[](std::size_t axis) const { return extent[axis]; }
    constexpr std::size_t size() const { return product(0, rank); }
    /// Product of the extents of axes [first, last).
    constexpr std::size_t product(std::size_t first, std::size_t last) const {
        std::size_t result = 1;
        for (std::size_t axis = first; axis < last; ++axis)
            result = saturating_multiply(result, extent[axis]);
        return result;
    }
    constexpr bool operator==(const Extents&) const = default;
};

}  // namespace alrao
