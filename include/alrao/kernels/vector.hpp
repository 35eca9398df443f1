#pragma once

#include <alrao/tensor/simd.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// A block of `Count` full registers within a row. `Whole` and `Tail` have the same members, so that a
/// kernel's lambda can be written once for both.
template <class Arch, class T, std::size_t Count = 1>
struct Whole {
    using Vector = Register<T, Arch>;
    static constexpr std::size_t vectors = Count;

    /// Loads one register from `from`.
    [[nodiscard]] Vector load(const T* from) const { return Vector::load_unaligned(from); }
    /// Stores one register to `to`.
    void store(T* to, const Vector& value) const { value.store_unaligned(to); }
    /// The lanes that belong to the row: all.
    [[nodiscard]] Vector keep(const Vector& value) const { return value; }
};

/// The last elements of a row, fewer than a register holds. They are loaded into a register that is
/// filled up with zeros. The same arithmetic is used as for full registers, so the bits of an element do
/// not depend on its position.
template <class Arch, class T>
struct Tail {
    using Vector = Register<T, Arch>;
    static constexpr std::size_t vectors = 1;
    /// The number of elements.
    std::size_t count;

    /// Loads `count` elements from `from`; the other lanes are 0.
    [[nodiscard]] Vector load(const T* from) const { return load_first<Arch, T>(from, count); }
    /// Stores the first `count` lanes to `to`.
    void store(T* to, const Vector& value) const { store_first<Arch, T>(to, count, value); }
    /// `value` with 0 in the lanes that do not belong to the row.
    [[nodiscard]] Vector keep(const Vector& value) const {
        alignas(64) T lane[Vector::size];
        value.store_aligned(lane);
        return load(lane);
    }
};

/// Calls f(integral_constant 0), ..., f(integral_constant Count - 1). Because the indices are constants,
/// the compiler can keep the elements of an array of registers in registers.
template <std::size_t Count, class F>
constexpr void unroll(F&& f) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (f(std::integral_constant<std::size_t, Index>{}), ...);
    }(std::make_index_sequence<Count>{});
}

/// Covers [begin, end) with blocks of four registers, then of two, of one, and a Tail, and calls f(block,
/// first element) for each. With `Most` = 2 there are no blocks of four; this compiles faster and is meant
/// for lambdas that gain nothing from four registers.
template <class Arch, class T, std::size_t Most = 4, class F>
void for_each_block(std::size_t begin, std::size_t end, F&& f) {
    constexpr std::size_t width = register_width<T, Arch>;
    if constexpr (Most == 4)
        for (; begin + 4 * width <= end; begin += 4 * width) f(Whole<Arch, T, 4>{}, begin);
    for (; begin + 2 * width <= end; begin += 2 * width) f(Whole<Arch, T, 2>{}, begin);
    if (begin + width <= end) {
        f(Whole<Arch, T, 1>{}, begin);
        begin += width;
    }
    if (begin < end) f(Tail<Arch, T>{end - begin}, begin);
}

/// Covers [begin, end) with single registers and a Tail: calls f(vector, first element) for each.
template <class Arch, class T, class F>
void for_each_vector(std::size_t begin, std::size_t end, F&& f) {
    constexpr std::size_t width = register_width<T, Arch>;
    for (; begin + width <= end; begin += width) f(Whole<Arch, T>{}, begin);
    if (begin < end) f(Tail<Arch, T>{end - begin}, begin);
}

/// Returns the sum of term(vector, first element) over a row of `count` elements. The order of the
/// additions depends only on `count` and the instruction set.
template <class Arch, class T, class F>
[[nodiscard]] T row_sum(std::size_t count, F&& term) {
    using Vector = Register<T, Arch>;
    Vector sum[4] = {Vector(T{0}), Vector(T{0}), Vector(T{0}), Vector(T{0})};
    for_each_block<Arch, T>(0, count, [&](auto block, std::size_t first) {
        unroll<block.vectors>(
            [&](auto i) { sum[i] = sum[i] + block.keep(term(block, first + i * Vector::size)); });
    });
    return hadd((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

/// Like `row_sum`, for two sums: terms(vector, first element) returns an array of both terms.
template <class Arch, class T, class F>
[[nodiscard]] std::array<T, 2> row_sums(std::size_t count, F&& terms) {
    using Vector = Register<T, Arch>;
    Vector sums[2][4];
    for (auto& sum : sums) std::fill_n(sum, 4, Vector(T{0}));
    for_each_block<Arch, T>(0, count, [&](auto block, std::size_t first) {
        unroll<block.vectors>([&](auto i) {
            const std::array<Vector, 2> both = terms(block, first + i * Vector::size);
            sums[0][i] = sums[0][i] + block.keep(both[0]);
            sums[1][i] = sums[1][i] + block.keep(both[1]);
        });
    });
    const auto total = [](const Vector(&sum)[4]) { return hadd((sum[0] + sum[1]) + (sum[2] + sum[3])); };
    return {total(sums[0]), total(sums[1])};
}

/// The largest |x| seen so far in each lane; not finite once a value that is not finite was seen.
template <class Arch, class T>
class Largest {
public:
    /// Takes |value| into account.
    void see(const Register<T, Arch>& value) { bits_ = magnitude_max<T, Arch>(bits_, value); }
    /// The maxima.
    [[nodiscard]] Register<T, Arch> value() const { return xsimd::bitwise_cast<Register<T, Arch>>(bits_); }

private:
    using Bits = MagnitudeBits<T>;
    Register<Bits, Arch> bits_ = Register<Bits, Arch>(Bits{0});
};

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
