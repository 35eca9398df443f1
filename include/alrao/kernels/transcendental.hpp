#pragma once

#include <alrao/kernels/vector.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

namespace detail {

/// f(x) for a function that is constant beyond +-Limit; NaN for NaN. In double, x is clamped to [-Limit,
/// Limit] first: without AVX-512, xsimd converts lanes of double to integers one at a time, and the
/// conversion must not overflow.
template <int Limit, class Vector, class F>
[[nodiscard]] Vector within(const Vector& x, F f) {
    using T = typename Vector::value_type;
    if constexpr (sizeof(T) == sizeof(float)) {
        return f(x);
    } else {
        const auto unordered = xsimd::isnan(x);
        const Vector number = xsimd::select(unordered, Vector(T{0}), x);
        const Vector clamped = xsimd::min(xsimd::max(number, Vector(T{-Limit})), Vector(T{Limit}));
        return xsimd::select(unordered, x, f(clamped));
    }
}

}  // namespace detail

/// exp(x) of each lane. This function and the next two compute each lane independently of its neighbours;
/// NaN gives NaN. Largest errors measured against long double, in units in the last place (float,
/// double): exponential 1.5, 0.9 (results below the normal range are 0; float overflows from 88.37);
/// hyperbolic_tangent 1.4, 1.4; logistic 2.5, 2. The error of `logarithm` is 0.8 (double only).
template <class Vector>
[[nodiscard]] Vector exponential(const Vector& x) {
    return detail::within<800>(x, [](const Vector& v) { return xsimd::exp(v); });
}

/// tanh(x) of each lane.
template <class Vector>
[[nodiscard]] Vector hyperbolic_tangent(const Vector& x) {
    return detail::within<40>(x, [](const Vector& v) { return xsimd::tanh(v); });
}

/// 1 / (1 + exp(-x)) of each lane.
template <class Vector>
[[nodiscard]] Vector logistic(const Vector& x) {
    using T = typename Vector::value_type;
    return T{1} / (T{1} + exponential(-x));
}

/// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule.
template <class Vector, std::size_t Count>
[[nodiscard]] Vector polynomial(const Vector& x, const typename Vector::value_type (&c)[Count]) {
    Vector sum(c[Count - 1]);
    unroll<Count - 1>([&](auto i) { sum = madd(sum, x, Vector(c[Count - 2 - i])); });
    return sum;
}

/// The natural logarithm of each lane, for double only; 0 gives -infinity, negative numbers give NaN.
/// (xsimd's own function does not compile for AVX-512 without optimisation.)
///
/// x = 2^k m with m = 1 + f in [sqrt 1/2, sqrt 2). log m = 2 artanh(s) with s = f / (2 + f), computed as
/// f - f^2/2 + s (f^2/2 + R(s^2)), where R is a Chebyshev interpolation (relative error 4.4e-18).
template <class Vector>
[[nodiscard]] Vector logarithm(const Vector& x) {
    using Limits = std::numeric_limits<double>;
    using Bits = xsimd::as_integer_t<Vector>;
    static_assert(std::is_same_v<typename Vector::value_type, double>);
    constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd, one = 0x3ff0000000000000;
    constexpr std::int64_t fraction = 0x000fffffffffffff, two52 = 0x4330000000000000;

    const auto subnormal = x < Vector(Limits::min());
    const Vector normal = xsimd::select(subnormal, x * Vector(0x1p52), x);
    const Bits bits = xsimd::bitwise_cast<Bits>(normal) + Bits(one - root_half);
    const Vector m = xsimd::bitwise_cast<Vector>((bits & Bits(fraction)) + Bits(root_half));
    // A double with the exponent of 2^52 and an integer as its fraction bits has the value 2^52 plus that
    // integer.
    const Vector exponent = xsimd::bitwise_cast<Vector>((bits >> 52) | Bits(two52));
    const Vector k = exponent - xsimd::select(subnormal, Vector(0x1p52 + 1023 + 52), Vector(0x1p52 + 1023));

    constexpr double c[] = {0.6666666666666669686, 0.3999999999989950449, 0.2857142862597548492,
                            0.2222221113479507986, 0.1818288912526172208, 0.1533172160055604127,
                            0.1461644968504340586};
    constexpr double log2_high = 0x1.62e42feep-1, log2_low = 0x1.a39ef35793c76p-33;
    const Vector f = m - Vector(1.0);
    const Vector s = f / (m + Vector(1.0));
    const Vector square = s * s;
    const Vector half = Vector(0.5) * f * f;
    const Vector rest = madd(s, madd(square, polynomial(square, c), half), k * Vector(log2_low));
    const Vector result = madd(k, Vector(log2_high), f - (half - rest));

    const auto positive = x > Vector(0.0);
    const Vector beyond = xsimd::select(positive, x, Vector(Limits::quiet_NaN()));
    const Vector special = xsimd::select(x == Vector(0.0), Vector(-Limits::infinity()), beyond);
    return xsimd::select(positive & (x < Vector(Limits::infinity())), result, special);
}

/// Functions of the standard normal distribution at x: `cumulative` is Phi(x) = (1 + erf(x / sqrt 2)) /
/// 2, `bell` is exp(-x^2 / 2), the density without its constant factor.
template <class Vector>
struct Normal {
    Vector cumulative;
    Vector bell;
};

/// Returns both functions of the normal distribution at x.
///
/// For a >= 0, Phi(-a) = exp(-a^2 / 2) h(a) with h(a) = erfcx(a / sqrt 2) / 2, where (1 + a) h(a) is a
/// polynomial in t = (a - k) / (a + k): a Chebyshev interpolation on [0, limit], computed with 60 digits
/// (relative error 5.4e-9 in float, 6.5e-17 in double). Largest error of `cumulative`, in units in the last
/// place: 4 for x >= -1. For smaller x it is the error of exp(-a^2 / 2): 6 with fused multiply-add; without
/// it the argument is rounded, and the error is a^2 (float below -13.2: the result is 0).
template <class Vector>
[[nodiscard]] Normal<Vector> normal_distribution(const Vector& x) {
    using T = typename Vector::value_type;
    constexpr bool single = std::is_same_v<T, float>;
    constexpr T k = single ? T(3) : T(5);
    constexpr T limit = single ? T(14) : T(40);

    const Vector a = min(abs(x), Vector(limit));
    const Vector square = a * a;
    const Vector rounding = madd(a, a, -square);
    const Vector rough = exponential(square * T(-0.5));
    const Vector bell = madd(rough, rounding * T(-0.5), rough);

    const Vector t = (a - k) / (a + k);
    const auto h = [&] {
        if constexpr (single) {
            constexpr float c[] = {0.4860557952F,     -0.09652678419F, -0.01643235069F, 0.04516468293F,
                                   -0.02272679352F,   0.001154646397F, 0.00299164522F,  -0.0003385688071F,
                                   -0.0004698184447F, 9.85605466e-6F,  4.535715826e-5F};
            return polynomial(t, c) / (a + T{1});
        } else {
            constexpr double c[] = {
                0.461515829850037751,     -0.09155228183400916676,  0.03103036842597069745,
                0.01000235238524165897,   -0.02640104296667406633,  0.0245369632432979455,
                -0.01517041539509457411,  0.006522000673844073426,  -0.001676072421240209817,
                7.791539896184297908e-6,  0.0001823346033234936818, -0.00005360723737658505376,
                -9.897782095693084569e-6, 9.058505485209712707e-6,  -6.645126985386993009e-8,
                -1.304198129168989951e-6, 1.222807738066692232e-7,  1.912469736008880339e-7,
                -2.156787717557991218e-8, -2.633249167287858592e-8, 1.612910776624439115e-9,
                2.196032905924892136e-9};
            return polynomial(t, c) / (a + T{1});
        }
    }();
    return {select(x < Vector(T{0}), bell * h, madd(-bell, h, Vector(T{1}))), bell};
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
