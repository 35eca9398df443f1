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

/// Weight decay. `coupled` is lambda of L2 regularisation: coupled * w is added to the gradient, and thus
/// scaled by the rate. `decoupled` is the fraction by which w shrinks in this step: it contains the
/// factor of the schedule, but no rate.
template <class T>
struct Decay {
    T coupled{0};
    T decoupled{0};

    /// The gradient with coupled decay added.
    template <class Vector>
    [[nodiscard]] Vector gradient(const Vector& g, const Vector& w) const {
        return madd(Vector(coupled), w, g);
    }
    /// The parameter after decoupled decay.
    template <class Vector>
    [[nodiscard]] Vector parameter(const Vector& w) const {
        return madd(Vector(-decoupled), w, w);
    }
};

/// An update step without memory: w <- w - rate g, computed by one multiply-add.
///
/// All types of steps have the same members. `prepare(rate)` is called once per column. `apply(prepared,
/// gradient, w, state)` returns the new w and changes the state. `states` is the number of state buffers,
/// each with the extents of w and zero before the first step. An element whose rate, gradient, w and state are
/// 0, such as padding, stays 0.
struct PlainSgdStep {
    static constexpr std::size_t states = 0;

    template <class Vector>
    [[nodiscard]] Vector prepare(const Vector& rate) const {
        return -rate;
    }
    template <class Vector>
    [[nodiscard]] Vector apply(const Vector& minus_rate, const Vector& g, const Vector& w,
                               std::array<Vector, 0>&) const {
        return madd(minus_rate, g, w);
    }
};

/// Gradient descent with weight decay.
template <class T>
struct DecayedSgdStep {
    static constexpr std::size_t states = 0;
    Decay<T> decay;

    template <class Vector>
    [[nodiscard]] Vector prepare(const Vector& rate) const {
        return -rate;
    }
    template <class Vector>
    [[nodiscard]] Vector apply(const Vector& minus_rate, const Vector& g, const Vector& w,
                               std::array<Vector, 0>&) const {
        return madd(minus_rate, decay.gradient(g, w), decay.parameter(w));
    }
};

/// Momentum as in PyTorch: buffer <- m buffer + g; w <- w - rate buffer, or with Nesterov
/// w - rate (g + m buffer).
template <class T>
struct MomentumStep {
    static constexpr std::size_t states = 1;
    T momentum;
    bool nesterov = false;
    Decay<T> decay{};

    template <class Vector>
    [[nodiscard]] Vector prepare(const Vector& rate) const {
        return -rate;
    }
    template <class Vector>
    [[nodiscard]] Vector apply(const Vector& minus_rate, const Vector& gradient, const Vector& w,
                               std::array<Vector, 1>& buffer) const {
        const Vector g = decay.gradient(gradient, w);
        buffer[0] = madd(Vector(momentum), buffer[0], g);
        const Vector step = nesterov ? madd(Vector(momentum), buffer[0], g) : buffer[0];
        return madd(minus_rate, step, decay.parameter(w));
    }
};

/// Momentum as in the program of the authors of Alrao: buffer <- buffer (1 - m min(sqrt(rate), 1/m)) + g,
/// so that the buffer of a feature with a large rate decays faster; w <- w - rate buffer, or with Nesterov
/// w - rate (g + m buffer).
template <class T>
struct AuthorsMomentumStep {
    static constexpr std::size_t states = 1;
    T momentum;
    bool nesterov = false;
    Decay<T> decay{};

    template <class Vector>
    struct Prepared {
        Vector minus_rate, kept;
    };
    template <class Vector>
    [[nodiscard]] Prepared<Vector> prepare(const Vector& rate) const {
        const Vector kept = madd(Vector(-momentum), sqrt(rate), Vector(T{1}));
        return {-rate, select(kept < Vector(T{0}), Vector(T{0}), kept)};
    }
    template <class Vector>
    [[nodiscard]] Vector apply(const Prepared<Vector>& prepared, const Vector& gradient, const Vector& w,
                               std::array<Vector, 1>& buffer) const {
        const Vector g = decay.gradient(gradient, w);
        buffer[0] = madd(prepared.kept, buffer[0], g);
        const Vector step = nesterov ? madd(Vector(momentum), buffer[0], g) : buffer[0];
        return madd(prepared.minus_rate, step, decay.parameter(w));
    }
};

/// Adam, or with decoupled decay AdamW: m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, w <- w - rate
/// (m / c1) / (sqrt(v / c2) + epsilon), where c1 = 1 - b1^t and c2 = 1 - b2^t at step t = 1, 2, ...
/// Source: Kingma and Ba, arXiv 1412.6980; Loshchilov and Hutter, arXiv 1711.05101; epsilon as in
/// PyTorch.
template <class T>
struct AdamStep {
    static constexpr std::size_t states = 2;
    T beta1, beta2;
    T rest1, rest2;  // 1 - b1, 1 - b2, subtracted in double
    T epsilon;
    T unbias, sqrt_unbias;  // 1 / c1, 1 / sqrt(c2)
    Decay<T> decay{};

    /// @param correction1, correction2 1 - beta1^t and 1 - beta2^t
    AdamStep(double b1, double b2, double eps, double correction1, double correction2, Decay<T> d = {})
        : beta1(static_cast<T>(b1)),
          beta2(static_cast<T>(b2)),
          rest1(static_cast<T>(1 - b1)),
          rest2(static_cast<T>(1 - b2)),
          epsilon(static_cast<T>(eps)),
          unbias(static_cast<T>(1 / correction1)),
          sqrt_unbias(static_cast<T>(1 / std::sqrt(correction2))),
          decay(d) {}

    template <class Vector>
    [[nodiscard]] Vector prepare(const Vector& rate) const {
        return -(rate * unbias);
    }
    template <class Vector>
    [[nodiscard]] Vector apply(const Vector& minus_rate, const Vector& gradient, const Vector& w,
                               std::array<Vector, 2>& moments) const {
        const Vector g = decay.gradient(gradient, w);
        moments[0] = madd(Vector(beta1), moments[0], g * rest1);
        moments[1] = madd(Vector(beta2), moments[1], g * rest2 * g);
        const Vector size = madd(sqrt(moments[1]), Vector(sqrt_unbias), Vector(epsilon));
        return madd(minus_rate, moments[0] / size, decay.parameter(w));
    }
};

/// Adam with Nesterov momentum: m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, w <- w - rate (u + decay w), where
/// u = (of_mean m + of_gradient g) / (sqrt_unbias sqrt(v) + epsilon). The factors contain the corrections of the bias
/// of both means; the caller computes them for each step.
/// Source: Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016.
template <class T>
struct NAdamStep {
    static constexpr std::size_t states = 2;
    T beta1, beta2;
    T rest1, rest2;  // 1 - b1, 1 - b2, subtracted in double
    T epsilon;
    T of_mean, of_gradient, sqrt_unbias;
    T decay{0};  ///< decoupled decay, multiplied by the rate

    template <class Vector>
    [[nodiscard]] Vector prepare(const Vector& rate) const {
        return -rate;
    }
    template <class Vector>
    [[nodiscard]] Vector apply(const Vector& minus_rate, const Vector& g, const Vector& w,
                               std::array<Vector, 2>& moments) const {
        moments[0] = madd(Vector(beta1), moments[0], g * rest1);
        moments[1] = madd(Vector(beta2), moments[1], g * rest2 * g);
        const Vector mean = madd(Vector(of_mean), moments[0], g * of_gradient);
        const Vector step = mean / madd(sqrt(moments[1]), Vector(sqrt_unbias), Vector(epsilon));
        return madd(minus_rate, madd(Vector(decay), w, step), w);
    }
};

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
