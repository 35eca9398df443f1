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

/// `Count` whole vectors of a row.
template <class Arch, class T, std::size_t Count = 1>
struct Whole {
    using Vector = Register<T, Arch>;
    static constexpr std::size_t vectors = Count;

    [[nodiscard]] Vector load(const T* from) const { return Vector::load_unaligned(from); }
    void store(T* to, const Vector& value) const { value.store_unaligned(to); }
    [[nodiscard]] Vector keep(const Vector& value) const { return value; }
};

/// The end of a row, shorter than a vector. It is loaded into a vector with zeros behind it, so
/// that it goes through the very arithmetic of the whole vectors and its bits do not depend on
/// where it lies.
template <class Arch, class T>
struct Tail {
    using Vector = Register<T, Arch>;
    static constexpr std::size_t vectors = 1;
    std::size_t count;

    [[nodiscard]] Vector load(const T* from) const { return load_first<Arch, T>(from, count); }
    void store(T* to, const Vector& value) const { store_first<Arch, T>(to, count, value); }
    /// The lanes of the row, and zeros.
    [[nodiscard]] Vector keep(const Vector& value) const {
        alignas(64) T lane[Vector::size];
        value.store_aligned(lane);
        return load(lane);
    }
};

/// f(integral_constant 0), ..., f(integral_constant Count - 1): registers in an array stay
/// registers.
template <std::size_t Count, class F>
constexpr void unroll(F&& f) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (f(std::integral_constant<std::size_t, Index>{}), ...);
    }(std::make_index_sequence<Count>{});
}

/// Covers [begin, end) by blocks of four vectors (unless `Most` is 2: less to compile, for what is
/// busy with two), of two, of one, and a tail: f(block, first element).
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

/// Covers [begin, end) by single vectors and a tail: f(vector, first element).
template <class Arch, class T, class F>
void for_each_vector(std::size_t begin, std::size_t end, F&& f) {
    constexpr std::size_t width = register_width<T, Arch>;
    for (; begin + width <= end; begin += width) f(Whole<Arch, T>{}, begin);
    if (begin < end) f(Tail<Arch, T>{end - begin}, begin);
}

/// The sum of term(vector, first element) over a row of `count` elements. The order of the
/// additions is a function of `count` and the instruction set alone.
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

/// Two such sums at once: terms(vector, first element) returns an array of both.
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

/// The largest |x| seen in each lane; not finite as soon as one was not.
template <class Arch, class T>
class Largest {
public:
    void see(const Register<T, Arch>& value) { bits_ = magnitude_max<T, Arch>(bits_, value); }
    [[nodiscard]] Register<T, Arch> value() const { return xsimd::bitwise_cast<Register<T, Arch>>(bits_); }

private:
    using Bits = MagnitudeBits<T>;
    Register<Bits, Arch> bits_ = Register<Bits, Arch>(Bits{0});
};

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
