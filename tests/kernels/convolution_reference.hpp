#pragma once

// Tests for every convolution `Method`: a method of kernels/, or the choice between them. The reference
// computes the definition of a convolution in loops, in double.

#include <alrao/kernels/convolution/convolution.hpp>
#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>

#include "../effort.hpp"
#include "guarded_matrix.hpp"
#include "same_bits.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace convolution_reference {

using namespace alrao;
using namespace alrao::kernels;

/// Calls f(output pixel, input pixel, kernel tap) for every pair of pixels that a tap connects.
template <class F>
void for_each_tap(const ConvolutionShape& s, F&& f) {
    const WindowAxis &v = s.window.vertical, &h = s.window.horizontal;
    for (std::size_t b = 0; b < s.batch; ++b)
        for (std::size_t oy = 0; oy < s.out_height; ++oy)
            for (std::size_t ox = 0; ox < s.out_width; ++ox)
                for (std::size_t ky = 0; ky < v.kernel; ++ky)
                    for (std::size_t kx = 0; kx < h.kernel; ++kx) {
                        const std::size_t y = oy * v.stride + ky * v.dilation;
                        const std::size_t x = ox * h.stride + kx * h.dilation;
                        if (y < v.padding || x < h.padding) continue;
                        if (y - v.padding >= s.height || x - h.padding >= s.width) continue;
                        f((b * s.out_height + oy) * s.out_width + ox,
                          (b * s.height + y - v.padding) * s.width + x - h.padding, ky * h.kernel + kx);
                    }
}

/// A convolution with all its arrays.
template <class T>
struct Case {
    ConvolutionShape s;
    GuardedMatrix<T> x, y, dx, dy;
    std::vector<T> weight, dweight, bias, magnitude, weight_magnitude;

    explicit Case(const ConvolutionShape& shape, std::size_t gap = 3)
        : s(shape),
          x(s.pixels(), s.channels, gap),
          y(s.out_pixels(), s.out_channels, gap + 2),
          dx(s.pixels(), s.channels, gap + 1),
          dy(s.out_pixels(), s.out_channels, gap),
          weight(s.weights()),
          dweight(s.weights() + 1, GuardedMatrix<T>::guard),
          bias(s.out_channels),
          magnitude(s.out_channels + 1, GuardedMatrix<T>::guard),
          weight_magnitude(s.out_channels + 1, GuardedMatrix<T>::guard) {}

    template <class F>
    void fill(F&& f) {
        x.fill(f);
        dy.fill(f);
        for (T& w : weight) w = static_cast<T>(f());
        for (T& b : bias) b = static_cast<T>(f());
        const T nan = std::numeric_limits<T>::quiet_NaN();
        y.fill([&] { return nan; });
        dx.fill([&] { return nan; });
    }
    void fill_integers(Philox& random) {
        fill([&] { return static_cast<double>(random.below(7)) - 3.0; });
    }
    void fill_normal(Philox& random) {
        fill([&] { return random.normal(); });
    }

    /// Runs all three passes.
    template <class Method>
    void run(Threads& threads, Activation activation = Activation::relu) {
        const std::size_t size = Method::workspace(s, threads.count());
        AlignedBuffer<T> workspace(size + 16);
        const auto poison = [&] {
            std::fill_n(workspace.data(), size + 16, std::numeric_limits<T>::quiet_NaN());
        };
        const auto guarded = [&] {
            for (std::size_t i = size; i < size + 16; ++i) CHECK_FALSE(is_finite(workspace.data()[i]));
        };
        poison();
        Method{s, workspace.data(), threads}.forward(
            x.constant(), weight.data(), y.matrix(),
            {.bias = bias.data(), .activation = activation, .magnitude = magnitude.data()});
        guarded();
        poison();
        Method{s, workspace.data(), threads}.backward_input(dy.constant(), weight.data(), dx.matrix());
        guarded();
        poison();
        Method{s, workspace.data(), threads}.backward_weight(x.constant(), dy.constant(), dweight.data(),
                                                             weight_magnitude.data());
        guarded();
        CHECK(y.guards_intact());
        CHECK(dx.guards_intact());
        CHECK(dweight.back() == GuardedMatrix<T>::guard);
        CHECK(magnitude.back() == GuardedMatrix<T>::guard);
        CHECK(weight_magnitude.back() == GuardedMatrix<T>::guard);
    }
};

/// The expected results of a case, and for each element the sum of the magnitudes of its terms.
template <class T>
struct Expected {
    GuardedMatrix<double> y, dx;
    std::vector<double> dweight;
    GuardedMatrix<double> y_size, dx_size;
    std::vector<double> dweight_size;

    explicit Expected(const Case<T>& c)
        : y(c.s.out_pixels(), c.s.out_channels, 0),
          dx(c.s.pixels(), c.s.channels, 0),
          dweight(c.s.weights()),
          y_size(y),
          dx_size(dx),
          dweight_size(dweight) {
        const auto zero = [] { return 0; };
        y.fill(zero), dx.fill(zero), y_size.fill(zero), dx_size.fill(zero);
        const std::size_t in = c.s.group_channels(), out = c.s.group_out_channels();
        for_each_tap(c.s, [&](std::size_t o, std::size_t i, std::size_t tap) {
            for (std::size_t n = 0; n < c.s.out_channels; ++n) {
                for (std::size_t k = 0; k < in; ++k) {
                    const std::size_t channel = n / out * in + k;
                    const std::size_t at = (tap * in + k) * c.s.out_channels + n;
                    const auto xv = static_cast<double>(c.x.at(i, channel));
                    const auto wv = static_cast<double>(c.weight[at]);
                    const auto gv = static_cast<double>(c.dy.at(o, n));
                    y.at(o, n) += xv * wv, y_size.at(o, n) += std::abs(xv * wv);
                    dx.at(i, channel) += gv * wv, dx_size.at(i, channel) += std::abs(gv * wv);
                    dweight[at] += xv * gv, dweight_size[at] += std::abs(xv * gv);
                }
            }
        });
        for (std::size_t o = 0; o < c.s.out_pixels(); ++o) {
            for (std::size_t n = 0; n < c.s.out_channels; ++n) {
                y.at(o, n) += static_cast<double>(c.bias[n]);
                y_size.at(o, n) += std::abs(static_cast<double>(c.bias[n]));
            }
        }
    }
};

inline std::string describe(const ConvolutionShape& s) {
    const auto number = [](std::size_t n) { return std::to_string(n); };
    const auto axis = [&](const WindowAxis& a) {
        return " k" + number(a.kernel) + " s" + number(a.stride) + " p" + number(a.padding) + " d" +
               number(a.dilation);
    };
    return number(s.batch) + " x " + number(s.height) + " x " + number(s.width) + " x " + number(s.channels) +
           " -> " + number(s.out_channels) + axis(s.window.vertical) + " /" + axis(s.window.horizontal) +
           " groups " + number(s.window.groups);
}

/// Compares the results of a case with the expected ones by near(got, want, sum of magnitudes).
template <class T, class Near>
void compare(const Case<T>& c, bool rectified, Near&& near) {
    const Expected<T> want(c);
    bool right = true;
    std::vector<double> largest(c.s.out_channels, 0.0), weight_largest(c.s.out_channels, 0.0),
        size(c.s.out_channels, 0.0), weight_size(c.s.out_channels, 0.0);
    for (std::size_t o = 0; o < c.s.out_pixels(); ++o) {
        for (std::size_t n = 0; n < c.s.out_channels; ++n) {
            const double before = want.y.at(o, n);
            largest[n] = std::max(largest[n], std::abs(before));
            size[n] = std::max(size[n], want.y_size.at(o, n));
            right =
                right && near(c.y.at(o, n), rectified ? std::max(before, 0.0) : before, want.y_size.at(o, n));
        }
    }
    CHECK_MESSAGE(right, "forward");
    right = true;
    for (std::size_t i = 0; i < c.s.pixels(); ++i)
        for (std::size_t k = 0; k < c.s.channels; ++k)
            right = right && near(c.dx.at(i, k), want.dx.at(i, k), want.dx_size.at(i, k));
    CHECK_MESSAGE(right, "gradient of the input");
    right = true;
    for (std::size_t i = 0; i < c.s.weights(); ++i) {
        const std::size_t n = i % c.s.out_channels;
        weight_largest[n] = std::max(weight_largest[n], std::abs(want.dweight[i]));
        weight_size[n] = std::max(weight_size[n], want.dweight_size[i]);
        right = right && near(c.dweight[i], want.dweight[i], want.dweight_size[i]);
    }
    CHECK_MESSAGE(right, "gradient of the weights");
    right = true;
    for (std::size_t n = 0; n < c.s.out_channels; ++n) {
        right = right && near(c.magnitude[n], largest[n], size[n]) &&
                near(c.weight_magnitude[n], weight_largest[n], weight_size[n]);
    }
    CHECK_MESSAGE(right, "magnitudes");
}

/// With integers there is no rounding, so all results must be exact.
template <class Method, class T>
void check_integers(const ConvolutionShape& s) {
    INFO(describe(s));
    Philox random(Seed{1}, Stream::initialization);
    for (const int count : {1, 2}) {
        Threads threads(count);
        for (const std::size_t gap : {std::size_t{0}, std::size_t{3}}) {
            Case<T> c(s, gap);
            c.fill_integers(random);
            c.template run<Method>(threads);
            compare(c, true, [](T got, double want, double) { return static_cast<double>(got) == want; });
        }
    }
}

/// Checks |error| <= terms x unit x sum of magnitudes. `factor` allows for methods with other sums.
template <class Method, class T>
void check_bound(const ConvolutionShape& s, double factor = 1) {
    INFO(describe(s));
    Philox random(Seed{2}, Stream::initialization);
    Threads threads(2);
    Case<T> c(s);
    c.fill_normal(random);
    c.template run<Method>(threads, Activation::none);
    const auto terms = static_cast<double>(
        std::max({s.taps() * s.group_channels(), s.taps() * s.group_out_channels(), s.out_pixels()}) + 2);
    const double unit = std::numeric_limits<T>::epsilon() / 2.0;
    compare(c, false, [&](T got, double want, double size) {
        // The reference is rounded, too.
        return std::abs(static_cast<double>(got) - want) <= factor * terms * (unit + 1e-16) * size + 1e-300;
    });
}

template <class Method, class T>
void check_threads(const ConvolutionShape& s) {
    INFO(describe(s));
    Philox random(Seed{3}, Stream::initialization);
    Case<T> one(s);
    one.fill_normal(random);
    Case<T> start = one;
    Threads alone(1);
    one.template run<Method>(alone);
    for (const int count : {2, 3}) {
        Case<T> many = start;
        Threads threads(count);
        many.template run<Method>(threads);
        CHECK(same_bits(one.y.memory, many.y.memory));
        CHECK(same_bits(one.dx.memory, many.dx.memory));
        CHECK(same_bits(one.dweight, many.dweight));
        CHECK(same_bits(one.magnitude, many.magnitude));
        CHECK(same_bits(one.weight_magnitude, many.weight_magnitude));
    }
}

template <class Method, class T>
void check_samples(const ConvolutionShape& s) {
    INFO(describe(s));
    Philox random(Seed{4}, Stream::initialization);
    Threads threads(1);
    Case<T> whole(s);
    whole.fill_normal(random);
    whole.template run<Method>(threads);
    ConvolutionShape single = s;
    single.batch = 1;
    for (std::size_t b = 0; b < s.batch; ++b) {
        Case<T> sample(single);
        sample.weight = whole.weight;
        sample.bias = whole.bias;
        const auto copy = [&](const GuardedMatrix<T>& from, GuardedMatrix<T>& to) {
            std::copy_n(from.memory.begin() + static_cast<std::ptrdiff_t>(b * to.memory.size()),
                        to.memory.size(), to.memory.begin());
        };
        copy(whole.x, sample.x);
        copy(whole.dy, sample.dy);
        sample.template run<Method>(threads);
        const auto same = [&](const GuardedMatrix<T>& all, const GuardedMatrix<T>& ours) {
            return std::memcmp(all.memory.data() + b * ours.memory.size(), ours.memory.data(),
                               ours.memory.size() * sizeof(T)) == 0;
        };
        CHECK(same(whole.y, sample.y));
        CHECK(same(whole.dx, sample.dx));
    }
}

template <class Method, class T>
void check_not_finite(const ConvolutionShape& s) {
    INFO(describe(s));
    Philox random(Seed{5}, Stream::initialization);
    Threads threads(2);
    for (const T bad : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity()}) {
        Case<T> c(s);
        c.fill_normal(random);
        c.x.at(s.pixels() - 1, 0) = bad;
        c.template run<Method>(threads, Activation::none);
        for (std::size_t n = 0; n < s.group_out_channels(); ++n) {
            CHECK_FALSE(is_finite(c.y.at(s.out_pixels() - 1, n)));
            CHECK_FALSE(is_finite(c.magnitude[n]));
        }
        CHECK(is_finite(c.y.at(0, 0)));
    }
}

/// The method that the library chooses.
template <class Backend, class T>
struct Picked {
    const ConvolutionShape& shape;
    T* workspace_memory;
    Threads& threads;

    static std::size_t workspace(const ConvolutionShape& s, int threads) {
        return convolution_workspace<Backend, T>(s, threads);
    }
    void forward(Matrix<const T> x, const T* weight, Matrix<T> y, const Epilogue<T>& epilogue) {
        convolution_forward<Backend, T>(shape, x, weight, y, epilogue, workspace_memory, threads);
    }
    void backward_input(Matrix<const T> dy, const T* weight, Matrix<T> dx) {
        convolution_backward_input<Backend, T>(shape, dy, weight, dx, workspace_memory, threads);
    }
    void backward_weight(Matrix<const T> x, Matrix<const T> dy, T* dweight, T* magnitude) {
        convolution_backward_weight<Backend, T>(shape, x, dy, dweight, magnitude, workspace_memory, threads);
    }
};

/// Runs all checks of a method for these shapes; large shapes are skipped in builds without optimisation.
template <class Method, class T>
void check_shapes(const std::vector<ConvolutionShape>& shapes) {
    for (const ConvolutionShape& s : shapes) {
        if (s.out_pixels() * s.channels * s.taps() > effort(SIZE_MAX, 30'000)) continue;
        check_integers<Method, T>(s);
        check_bound<Method, T>(s);
        check_threads<Method, T>(s);
        check_samples<Method, T>(s);
    }
}

}  // namespace convolution_reference
