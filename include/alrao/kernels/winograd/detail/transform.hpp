#pragma once

#include <alrao/tensor/simd.hpp>

#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// The transforms of Winograd's F(4x4, 3x3): 4x4 sums of 3x3 products with 36 multiplications (Lavin and
/// Gray, "Fast algorithms for convolutional neural networks", 2016), for a register of channels at a
/// time.
///
/// A polynomial is represented by its values at the six points 0, a, -a, b, -b and infinity. Along one axis,
/// Y = A^T [(G w) * (B^T x)]. Row p of B^T contains the coefficients of prod (z - q) over the points q != p, row
/// p of G the powers of p divided by prod (p - q), and column p of A^T the powers of p. In two dimensions each
/// transform is applied to columns, then to rows. The gradient of the weights is the transpose,
/// G^T [(B^T x) * (A y)].
///
/// With a = 5/8 and b = 3/2 the matrices are better conditioned than with the textbook's 1 and 2, and the
/// entries of A and B are exact in float.
///
/// The first step of a transform computes one or two rows of its result at a time, such as the two rows of a
/// pair of points +-p, and the second step then transforms these rows. The operands are loaded again for the
/// next rows instead of being kept, so that at most two rows occupy registers.
template <class Arch, class T>
struct WinogradTransform {
    using V = Register<T, Arch>;
    static constexpr std::size_t points = 36;

    /// Destination of the values at the 36 points: `stride` elements from one point to the next.
    struct Values {
        T* to;
        std::size_t stride;
        [[gnu::always_inline]] void put(std::size_t point, const V& value) const {
            value.store_unaligned(to + point * stride);
        }
    };
    /// Source of the values at the 36 points, with the same layout.
    struct ConstValues {
        const T* from;
        std::size_t stride;
        [[gnu::always_inline]] V get(std::size_t row, std::size_t column) const {
            return V::load_unaligned(from + (row * 6 + column) * stride);
        }
    };

    /// B^T x B of a 6x6 window; x[6 i + j] points to a pixel, whose channels from `at` on are read.
    static void input(const T* const* x, std::size_t at, Values values) {
        const auto load = [&](std::size_t i, std::size_t j) __attribute__((always_inline)) {
            return V::load_unaligned(x[6 * i + j] + at);
        };
        V line[6], other[6];
#pragma GCC unroll 6
        for (std::size_t j = 0; j < 6; ++j) line[j] = input_end(load(0, j), load(2, j), load(4, j));
        input_line(line, 0, values);
#pragma GCC unroll 6
        for (std::size_t j = 0; j < 6; ++j) {
            const Pair p = input_pair(a, b2, load(1, j), load(2, j), load(3, j), load(4, j));
            line[j] = p.plus, other[j] = p.minus;
        }
        input_line(line, 1, values);
        input_line(other, 2, values);
#pragma GCC unroll 6
        for (std::size_t j = 0; j < 6; ++j) {
            const Pair p = input_pair(b, a2, load(1, j), load(2, j), load(3, j), load(4, j));
            line[j] = p.plus, other[j] = p.minus;
        }
        input_line(line, 3, values);
        input_line(other, 4, values);
#pragma GCC unroll 6
        for (std::size_t j = 0; j < 6; ++j) line[j] = input_end(load(1, j), load(3, j), load(5, j));
        input_line(line, 5, values);
    }

    /// A y A^T of a 4x4 tile of an output's gradient; y[4 i + j] points to a pixel, whose channels from
    /// `at` on are read.
    static void gradient(const T* const* y, std::size_t at, Values values) {
        const auto load = [&](std::size_t i, std::size_t j) __attribute__((always_inline)) {
            return V::load_unaligned(y[4 * i + j] + at);
        };
        V line[4], other[4];
#pragma GCC unroll 4
        for (std::size_t j = 0; j < 4; ++j) line[j] = load(0, j);
        gradient_line(line, 0, values);
#pragma GCC unroll 4
        for (std::size_t j = 0; j < 4; ++j) {
            const Pair p = gradient_pair(a, a2, load(0, j), load(1, j), load(2, j), load(3, j));
            line[j] = p.plus, other[j] = p.minus;
        }
        gradient_line(line, 1, values);
        gradient_line(other, 2, values);
#pragma GCC unroll 4
        for (std::size_t j = 0; j < 4; ++j) {
            const Pair p = gradient_pair(b, b2, load(0, j), load(1, j), load(2, j), load(3, j));
            line[j] = p.plus, other[j] = p.minus;
        }
        gradient_line(line, 3, values);
        gradient_line(other, 4, values);
#pragma GCC unroll 4
        for (std::size_t j = 0; j < 4; ++j) line[j] = load(3, j);
        gradient_line(line, 5, values);
    }

    /// G w G^T of 3x3 weights; w[3 i + j] points to a weight, whose channels from `at` on are read.
    static void weights(const T* const* w, std::size_t at, Values values) {
        const auto load = [&](std::size_t i, std::size_t j) __attribute__((always_inline)) {
            return V::load_unaligned(w[3 * i + j] + at);
        };
        V line[3], other[3];
#pragma GCC unroll 3
        for (std::size_t j = 0; j < 3; ++j) line[j] = V(g0) * load(0, j);
        weights_line(line, 0, values);
#pragma GCC unroll 3
        for (std::size_t j = 0; j < 3; ++j) {
            const Pair p = weights_pair(ga, a, load(0, j), load(1, j), load(2, j));
            line[j] = p.plus, other[j] = p.minus;
        }
        weights_line(line, 1, values);
        weights_line(other, 2, values);
#pragma GCC unroll 3
        for (std::size_t j = 0; j < 3; ++j) {
            const Pair p = weights_pair(gb, b, load(0, j), load(1, j), load(2, j));
            line[j] = p.plus, other[j] = p.minus;
        }
        weights_line(line, 3, values);
        weights_line(other, 4, values);
#pragma GCC unroll 3
        for (std::size_t j = 0; j < 3; ++j) line[j] = load(2, j);
        weights_line(line, 5, values);
    }

    /// A^T m A: calls put(4 i + j, value) for each of the 4x4 outputs.
    template <class Put>
    [[gnu::always_inline]] static void output(ConstValues m, const Put& put) {
        V line[6], other[6];
#pragma GCC unroll 6
        for (std::size_t j = 0; j < 6; ++j) {
            const V first = m.get(1, j) + m.get(2, j), second = m.get(3, j) + m.get(4, j);
            line[j] = (m.get(0, j) + first) + second;
            other[j] = output_square(first, second);
        }
        output_line(line, 0, put);
        output_line(other, 2, put);
#pragma GCC unroll 6
        for (std::size_t j = 0; j < 6; ++j) {
            const V first = m.get(1, j) - m.get(2, j), second = m.get(3, j) - m.get(4, j);
            line[j] = output_linear(first, second);
            other[j] = output_cube(first, second, m.get(5, j));
        }
        output_line(line, 1, put);
        output_line(other, 3, put);
    }

    /// G^T m G: calls put(3 i + j, value) for each of the 3x3 weight gradients.
    template <class Put>
    [[gnu::always_inline]] static void weight_gradient(ConstValues m, const Put& put) {
        V line[6], other[6];
#pragma GCC unroll 6
        for (std::size_t j = 0; j < 6; ++j) {
            const V first = m.get(1, j) + m.get(2, j), second = m.get(3, j) + m.get(4, j);
            line[j] = weight_gradient_constant(m.get(0, j), first, second);
            other[j] = weight_gradient_square(first, second, m.get(5, j));
        }
        weight_gradient_line(line, 0, put);
        weight_gradient_line(other, 2, put);
#pragma GCC unroll 6
        for (std::size_t j = 0; j < 6; ++j) {
            line[j] = weight_gradient_linear(m.get(1, j) - m.get(2, j), m.get(3, j) - m.get(4, j));
        }
        weight_gradient_line(line, 1, put);
    }

private:
    static constexpr T a = T(0.625), b = T(1.5), a2 = a * a, b2 = b * b;
    // 1 / prod (p - q) for the point 0, for a and -a, and for b and -b.
    static constexpr T g0 = 1 / (a2 * b2), ga = 1 / (2 * a2 * (a2 - b2)), gb = 1 / (2 * b2 * (b2 - a2));

    struct Pair {
        V plus, minus;
    };
    /// The values at p and -p of a polynomial, given its even part and its odd part divided by p.
    [[gnu::always_inline]] static Pair pair(T p, const V& even, const V& odd) {
        return {madd<Arch, T>(V(p), odd, even), madd<Arch, T>(V(-p), odd, even)};
    }

    [[gnu::always_inline]] static V input_end(const V& x0, const V& x2, const V& x4) {
        return madd<Arch, T>(V(a2 * b2), x0, madd<Arch, T>(V(-(a2 + b2)), x2, x4));
    }
    [[gnu::always_inline]] static Pair input_pair(T p, T other2, const V& x1, const V& x2, const V& x3,
                                                  const V& x4) {
        const V other(-other2);
        return pair(p, madd<Arch, T>(other, x2, x4), madd<Arch, T>(other, x1, x3));
    }
    [[gnu::always_inline]] static void input_line(const V (&x)[6], std::size_t row, Values values) {
        values.put(row * 6, input_end(x[0], x[2], x[4]));
        const Pair first = input_pair(a, b2, x[1], x[2], x[3], x[4]);
        values.put(row * 6 + 1, first.plus);
        values.put(row * 6 + 2, first.minus);
        const Pair second = input_pair(b, a2, x[1], x[2], x[3], x[4]);
        values.put(row * 6 + 3, second.plus);
        values.put(row * 6 + 4, second.minus);
        values.put(row * 6 + 5, input_end(x[1], x[3], x[5]));
    }

    [[gnu::always_inline]] static Pair gradient_pair(T p, T p2, const V& y0, const V& y1, const V& y2,
                                                     const V& y3) {
        return pair(p, madd<Arch, T>(V(p2), y2, y0), madd<Arch, T>(V(p2), y3, y1));
    }
    [[gnu::always_inline]] static void gradient_line(const V (&y)[4], std::size_t row, Values values) {
        values.put(row * 6, y[0]);
        const Pair first = gradient_pair(a, a2, y[0], y[1], y[2], y[3]);
        values.put(row * 6 + 1, first.plus);
        values.put(row * 6 + 2, first.minus);
        const Pair second = gradient_pair(b, b2, y[0], y[1], y[2], y[3]);
        values.put(row * 6 + 3, second.plus);
        values.put(row * 6 + 4, second.minus);
        values.put(row * 6 + 5, y[3]);
    }

    [[gnu::always_inline]] static Pair weights_pair(T g, T p, const V& w0, const V& w1, const V& w2) {
        return pair(g * p, madd<Arch, T>(V(g * p * p), w2, V(g) * w0), w1);
    }
    [[gnu::always_inline]] static void weights_line(const V (&w)[3], std::size_t row, Values values) {
        values.put(row * 6, V(g0) * w[0]);
        const Pair first = weights_pair(ga, a, w[0], w[1], w[2]);
        values.put(row * 6 + 1, first.plus);
        values.put(row * 6 + 2, first.minus);
        const Pair second = weights_pair(gb, b, w[0], w[1], w[2]);
        values.put(row * 6 + 3, second.plus);
        values.put(row * 6 + 4, second.minus);
        values.put(row * 6 + 5, w[2]);
    }

    // Even rows of A^T use the sums of m at p and -p, odd rows the differences.
    [[gnu::always_inline]] static V output_square(const V& first, const V& second) {
        return madd<Arch, T>(V(b2), second, V(a2) * first);
    }
    [[gnu::always_inline]] static V output_linear(const V& first, const V& second) {
        return madd<Arch, T>(V(b), second, V(a) * first);
    }
    [[gnu::always_inline]] static V output_cube(const V& first, const V& second, const V& m5) {
        return madd<Arch, T>(V(b * b2), second, madd<Arch, T>(V(a * a2), first, m5));
    }
    template <class Put>
    [[gnu::always_inline]] static void output_line(const V (&m)[6], std::size_t row, const Put& put) {
        const V sum_a = m[1] + m[2], sum_b = m[3] + m[4];
        put(row * 4, (m[0] + sum_a) + sum_b);
        put(row * 4 + 2, output_square(sum_a, sum_b));
        const V gap_a = m[1] - m[2], gap_b = m[3] - m[4];
        put(row * 4 + 1, output_linear(gap_a, gap_b));
        put(row * 4 + 3, output_cube(gap_a, gap_b, m[5]));
    }

    [[gnu::always_inline]] static V weight_gradient_constant(const V& m0, const V& first, const V& second) {
        return madd<Arch, T>(V(gb), second, madd<Arch, T>(V(ga), first, V(g0) * m0));
    }
    [[gnu::always_inline]] static V weight_gradient_linear(const V& first, const V& second) {
        return madd<Arch, T>(V(gb * b), second, V(ga * a) * first);
    }
    [[gnu::always_inline]] static V weight_gradient_square(const V& first, const V& second, const V& m5) {
        return madd<Arch, T>(V(gb * b2), second, madd<Arch, T>(V(ga * a2), first, m5));
    }
    template <class Put>
    [[gnu::always_inline]] static void weight_gradient_line(const V (&m)[6], std::size_t row,
                                                            const Put& put) {
        const V sum_a = m[1] + m[2], sum_b = m[3] + m[4];
        put(row * 3, weight_gradient_constant(m[0], sum_a, sum_b));
        put(row * 3 + 1, weight_gradient_linear(m[1] - m[2], m[3] - m[4]));
        put(row * 3 + 2, weight_gradient_square(sum_a, sum_b, m[5]));
    }
};

}  // namespace alrao::kernels::detail

#pragma GCC diagnostic pop
