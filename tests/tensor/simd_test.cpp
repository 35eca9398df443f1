#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/simd.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace tensor_simd_test {

namespace {

using Arch = alrao::DefaultArch;
using Narrow = xsimd::sse2;

// (1 + e)^2 needs twice the digits: its last digits are kept with one rounding, but lost with two.
template <class A, class T>
void check_rounding() {
    const volatile T e = std::numeric_limits<T>::epsilon();
    const T a = 1 + e;
    const T c = -(1 + 2 * e);
    const T exact = e * e;
    const T expected = alrao::has_fma<A> ? exact : T{0};
    CHECK(alrao::madd<A>(a, a, c) == expected);

    using V = alrao::Register<T, A>;
    std::array<T, alrao::register_width<T, A>> lanes{};
    alrao::madd<A, T>(V(a), V(a), V(c)).store_unaligned(lanes.data());
    for (const T lane : lanes) CHECK(lane == expected);
}

template <class A, class T>
void check_magnitude() {
    using Limits = std::numeric_limits<T>;
    using V = alrao::Register<T, A>;
    using Bits = alrao::Register<alrao::MagnitudeBits<T>, A>;
    const auto last = [](std::initializer_list<T> values) {
        Bits bits(0);
        for (const T value : values) bits = alrao::magnitude_max<T, A>(bits, V(value));
        std::array<alrao::MagnitudeBits<T>, alrao::register_width<T, A>> lanes{};
        bits.store_unaligned(lanes.data());
        for (const auto lane : lanes) CHECK(lane == lanes[0]);
        return std::bit_cast<T>(lanes[0]);
    };
    CHECK(last({T{1}, T{-3}, T{2}}) == T{3});
    CHECK(last({T{-0.0}}) == T{0});
    CHECK(last({T{1}, -Limits::infinity(), T{2}}) == Limits::infinity());
    for (const T bad : {Limits::quiet_NaN(), -Limits::quiet_NaN()}) {
        CHECK_FALSE(alrao::is_finite(last({bad, T{1}, T{2}})));
        CHECK_FALSE(alrao::is_finite(last({T{1}, bad, Limits::infinity()})));
        CHECK_FALSE(alrao::is_finite(last({T{1}, T{2}, bad})));
    }
    CHECK(alrao::magnitude_max(T{1}, T{2}) == T{2});
    CHECK_FALSE(alrao::is_finite(alrao::magnitude_max(std::abs(Limits::quiet_NaN()), T{2})));
    CHECK_FALSE(alrao::is_finite(alrao::magnitude_max(T{2}, std::abs(Limits::quiet_NaN()))));
}

template <class A, class T>
void check_relu() {
    using V = alrao::Register<T, A>;
    CHECK(alrao::relu<T, A>(V(T{2})).get(0) == T{2});
    CHECK(alrao::relu<T, A>(V(T{-2})).get(0) == T{0});
    CHECK_FALSE(alrao::is_finite(alrao::relu<T, A>(V(std::numeric_limits<T>::quiet_NaN())).get(0)));
}

}  // namespace

namespace {

template <class A, class T>
void check_parts() {
    constexpr std::size_t width = alrao::register_width<T, A>;
    for (std::size_t count = 1; count < width; ++count) {
        // Exactly this size, so that a sanitizer detects an access beyond the end.
        std::vector<T> from(count), lanes(width);
        for (std::size_t i = 0; i < count; ++i) from[i] = static_cast<T>(i + 1);
        alrao::load_first<A, T>(from.data(), count).store_unaligned(lanes.data());
        for (std::size_t i = 0; i < width; ++i) CHECK(lanes[i] == (i < count ? from[i] : T{0}));
        std::vector<T> to(count);
        alrao::store_first<A, T>(to.data(), count, alrao::Register<T, A>::load_unaligned(lanes.data()));
        CHECK(to == from);
        std::vector<T> around(width + 1, T{9});
        alrao::store_first<A, T>(around.data(), count, alrao::Register<T, A>(T{7}));
        for (std::size_t i = 0; i <= width; ++i) CHECK(around[i] == (i < count ? T{7} : T{9}));
    }
}

}  // namespace

TEST_CASE("load_first and store_first access only the first elements") {
    check_parts<Arch, float>();
    check_parts<Arch, double>();
    check_parts<Narrow, float>();
    check_parts<Narrow, double>();
}

TEST_CASE("madd rounds alike in vectors and scalars: once with FMA, else twice") {
    check_rounding<Arch, float>();
    check_rounding<Arch, double>();
    check_rounding<Narrow, float>();
    check_rounding<Narrow, double>();
}

TEST_CASE("magnitude_max never drops a NaN") {
    check_magnitude<Arch, float>();
    check_magnitude<Arch, double>();
    check_magnitude<Narrow, float>();
    check_magnitude<Narrow, double>();
}

TEST_CASE("relu keeps NaN") {
    check_relu<Arch, float>();
    check_relu<Arch, double>();
}

}  // namespace tensor_simd_test
