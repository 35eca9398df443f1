#pragma once

#include <alrao/tensor/simd.hpp>

#include <bit>

namespace alrao::check {

/// Whether two numbers have the same bits.
template <class T>
[[nodiscard]] bool same_bits(T a, T b) {
    using Bits = MagnitudeBits<T>;
    return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
}

}  // namespace alrao::check
