#pragma once

#include <alrao/tensor/simd.hpp>

#include <array>
#include <cmath>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// The common part of the schedule-free steps. The parameter y is where the gradient is computed; the buffer is the
/// difference e = z - y to the sequence z of the base method. With a direction u, share c and momentum b:
///
///   y <- y + c e + rate (b (1 - c) - 1) u,  e <- (1 - c) e - rate b (1 - c) u
///
/// which is z <- z - rate u, x <- (1 - c) x + c z, y = (1 - b) z + b x without storing x.
/// Source: Defazio et al., "The road less scheduled", arXiv 2405.15682.
template <class T>
struct ScheduleFree {
    T share;       ///< c
    T rest;        ///< 1 - c
    T inner;       ///< b (1 - c)
    T warm_up{1};  ///< factor of the rate
    T decay{0};    ///< u contains decay y

    template <class Vector>
    [[nodiscard]] Vector move(const Vector& rate, const Vector& direction, const Vector& y, Vector& e) const {
        const Vector u = madd(Vector(decay), y, direction) * rate;
        const Vector moved = madd(Vector(inner - T{1}), u, madd(Vector(share), e, y));
        e = madd(Vector(-inner), u, e * Vector(rest));
        return moved;
    }
};

/// Schedule-free SGD: the direction is the gradient. The state is e.
template <class T>
struct ScheduleFreeSgdStep {
    static constexpr std::size_t states = 1;
    ScheduleFree<T> common;

    template <class Vector>
    [[nodiscard]] Vector prepare(const Vector& rate) const {
        return rate * Vector(common.warm_up);
    }
    template <class Vector>
    [[nodiscard]] Vector apply(const Vector& rate, const Vector& g, const Vector& y,
                               std::array<Vector, 1>& state) const {
        return common.move(rate, g, y, state[0]);
    }
};

/// Schedule-free AdamW: v <- b2 v + (1 - b2) g^2; the direction is g / (sqrt_unbias sqrt(v) + epsilon). The state is
/// e and v.
template <class T>
struct ScheduleFreeAdamWStep {
    static constexpr std::size_t states = 2;
    ScheduleFree<T> common;
    T beta2, rest2;  // b2, and 1 - b2 subtracted in double
    T epsilon, sqrt_unbias;

    template <class Vector>
    [[nodiscard]] Vector prepare(const Vector& rate) const {
        return rate * Vector(common.warm_up);
    }
    template <class Vector>
    [[nodiscard]] Vector apply(const Vector& rate, const Vector& g, const Vector& y,
                               std::array<Vector, 2>& state) const {
        state[1] = madd(Vector(beta2), state[1], g * Vector(rest2) * g);
        const Vector size = madd(sqrt(state[1]), Vector(sqrt_unbias), Vector(epsilon));
        return common.move(rate, g / size, y, state[0]);
    }
};

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
