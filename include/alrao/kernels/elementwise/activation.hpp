#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/transcendental.hpp>

#include <cstddef>
#include <numbers>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// Each activation has forward(x) and backward(dy, kept) = dy f'(x), where `kept` is the output of the
/// forward pass if `backward_needs_output`, else its input. All give NaN for NaN.
///
/// ReLU: max(x, 0); the derivative at 0 is 0.
struct ReLU {
    static constexpr bool backward_needs_output = true;
    template <class Vector>
    [[nodiscard]] Vector forward(const Vector& x) const {
        return relu(x);
    }
    template <class Vector>
    [[nodiscard]] Vector backward(const Vector& dy, const Vector& y) const {
        const Vector zero(0);
        return select(y <= zero, zero, dy);
    }
};

/// min(max(x, 0), 6); the derivative at both kinks is 0.
struct ReLU6 {
    static constexpr bool backward_needs_output = true;
    template <class Vector>
    [[nodiscard]] Vector forward(const Vector& x) const {
        const Vector zero(0), six(6);
        return select(x <= zero, zero, select(x >= six, six, x));
    }
    template <class Vector>
    [[nodiscard]] Vector backward(const Vector& dy, const Vector& y) const {
        const Vector zero(0), six(6);
        return select(y <= zero, zero, select(y >= six, zero, dy));
    }
};

/// x if x > 0, else slope x. The slope must be at least 0, because the backward pass uses the sign of the
/// output. The derivative at 0 is the slope.
struct LeakyReLU {
    static constexpr bool backward_needs_output = true;
    double slope = 0.01;
    template <class Vector>
    [[nodiscard]] Vector forward(const Vector& x) const {
        return select(x > Vector(0), x, x * static_cast<typename Vector::value_type>(slope));
    }
    template <class Vector>
    [[nodiscard]] Vector backward(const Vector& dy, const Vector& y) const {
        return select(y > Vector(0), dy, dy * static_cast<typename Vector::value_type>(slope));
    }
};

/// x Phi(x) with the cumulative distribution function Phi of the standard normal distribution (the exact
/// form). Source: Hendrycks and Gimpel, arXiv 1606.08415.
struct GELU {
    static constexpr bool backward_needs_output = false;
    template <class Vector>
    [[nodiscard]] Vector forward(const Vector& x) const {
        return x * normal_distribution(x).cumulative;
    }
    template <class Vector>
    [[nodiscard]] Vector backward(const Vector& dy, const Vector& x) const {
        using T = typename Vector::value_type;
        constexpr T bell_height = std::numbers::inv_sqrtpi_v<T> / std::numbers::sqrt2_v<T>;
        const auto at = normal_distribution(x);
        return dy * madd(x, at.bell * bell_height, at.cumulative);
    }
};

/// x / (1 + exp(-x)), also called swish.
struct SiLU {
    static constexpr bool backward_needs_output = false;
    template <class Vector>
    [[nodiscard]] Vector forward(const Vector& x) const {
        using T = typename Vector::value_type;
        return x / (T{1} + exponential(-x));
    }
    template <class Vector>
    [[nodiscard]] Vector backward(const Vector& dy, const Vector& x) const {
        using T = typename Vector::value_type;
        const Vector s = logistic(x);
        return dy * (s * madd(x, T{1} - s, Vector(T{1})));
    }
};

/// 1 / (1 + exp(-x))
struct Sigmoid {
    static constexpr bool backward_needs_output = true;
    template <class Vector>
    [[nodiscard]] Vector forward(const Vector& x) const {
        return logistic(x);
    }
    template <class Vector>
    [[nodiscard]] Vector backward(const Vector& dy, const Vector& y) const {
        using T = typename Vector::value_type;
        return dy * (y * (T{1} - y));
    }
};

/// Hyperbolic tangent.
struct Tanh {
    static constexpr bool backward_needs_output = true;
    template <class Vector>
    [[nodiscard]] Vector forward(const Vector& x) const {
        return hyperbolic_tangent(x);
    }
    template <class Vector>
    [[nodiscard]] Vector backward(const Vector& dy, const Vector& y) const {
        using T = typename Vector::value_type;
        return dy * madd(-y, y, Vector(T{1}));
    }
};

/// y = f(x) for `extent` elements; y may be x.
template <class Backend, class T, class F>
void activation_forward(const F& f, Rows extent, Matrix<const T> x, Matrix<T> y, Threads& threads) {
    using Arch = typename Backend::arch;
    const auto row = [&](const T* from, T* to, std::size_t begin, std::size_t end) {
        for_each_vector<Arch, T>(begin, end, [&](auto vector, std::size_t i) {
            vector.store(to + i, f.forward(vector.load(from + i)));
        });
    };
    const std::size_t count = extent.rows * extent.columns;
    if (x.stride == extent.columns && y.stride == extent.columns) {
        split_work(threads, count, tile_columns, count,
                   [&](std::size_t begin, std::size_t end) { row(x.data, y.data, begin, end); });
    } else {
        split_work(threads, extent.rows, 1, count, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r) row(x.row(r), y.row(r), 0, extent.columns);
        });
    }
}

/// dx = dy f'(x) for `extent` elements. `kept` is the output of the forward pass if F's
/// `backward_needs_output`, else its input. dx may be dy or kept.
template <class Backend, class T, class F>
void activation_backward(const F& f, Rows extent, Matrix<const T> dy, Matrix<const T> kept, Matrix<T> dx,
                         Threads& threads) {
    using Arch = typename Backend::arch;
    const auto row = [&](const T* above, const T* from, T* to, std::size_t begin, std::size_t end) {
        for_each_vector<Arch, T>(begin, end, [&](auto vector, std::size_t i) {
            vector.store(to + i, f.backward(vector.load(above + i), vector.load(from + i)));
        });
    };
    const std::size_t count = extent.rows * extent.columns;
    if (dy.stride == extent.columns && kept.stride == extent.columns && dx.stride == extent.columns) {
        split_work(threads, count, tile_columns, count,
                   [&](std::size_t begin, std::size_t end) { row(dy.data, kept.data, dx.data, begin, end); });
    } else {
        split_work(threads, extent.rows, 1, count, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r) {
                row(dy.row(r), kept.row(r), dx.row(r), 0, extent.columns);
            }
        });
    }
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
