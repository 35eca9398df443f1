#pragma once

#include <array>
#include <cstddef>
#include <limits>

namespace alrao {

/// Upper bound of array sizes, used as a marker for "too large". It is far enough below the largest
/// std::size_t that sums of a few saturated sizes do not overflow.
inline constexpr std::size_t saturated = std::numeric_limits<std::size_t>::max() >> 8;

/// a * b, or `saturated` if the product would reach it. A chain of products can thus be checked once, at
/// the end.
constexpr std::size_t saturating_multiply(std::size_t a, std::size_t b) {
    if (a != 0 && b >= saturated / a) return saturated;
    return a * b;
}

/// n rounded up to a multiple of `multiple`, which must be greater than 0.
[[nodiscard]] constexpr std::size_t rounded_up(std::size_t n, std::size_t multiple) noexcept {
    return (n + multiple - 1) / multiple * multiple;
}

/// max(n, 1). Used where n = 0 is reported by a static_assert, to avoid a second error.
constexpr std::size_t at_least_one(std::size_t n) { return n > 0 ? n : 1; }

/// The extents of a row-major array of up to four dimensions, outermost first.
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
    /// Number of elements, `saturated` if it is too large; 1 for rank 0.
    constexpr std::size_t size() const { return product(0, rank); }
    /// Product of the extents of axes [first, last), `saturated` if it is too large.
    constexpr std::size_t product(std::size_t first, std::size_t last) const {
        std::size_t result = 1;
        for (std::size_t axis = first; axis < last; ++axis)
            result = saturating_multiply(result, extent[axis]);
        return result;
    }
    constexpr bool operator==(const Extents&) const = default;
};

}  // namespace alrao
