#include <alrao/kernels/elementwise/activation.hpp>
#include <alrao/tensor/backend.hpp>

#include "../../effort.hpp"
#include "../same_bits.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace kernels_elementwise_activation_test {

using namespace alrao;
namespace {

long double half_erfc(long double x) { return 0.5L * std::erfc(x / std::sqrt(2.0L)); }

long double reference(const kernels::ReLU&, long double x) { return x > 0 ? x : 0; }
long double reference(const kernels::ReLU6&, long double x) { return std::clamp(x, 0.0L, 6.0L); }
long double reference(const kernels::LeakyReLU& f, long double x) {
    return x > 0 ? x : x * static_cast<long double>(f.slope);
}
long double reference(const kernels::GELU&, long double x) { return x * half_erfc(-x); }
long double reference(const kernels::SiLU&, long double x) { return x / (1 + std::exp(-x)); }
long double reference(const kernels::Sigmoid&, long double x) { return 1 / (1 + std::exp(-x)); }
long double reference(const kernels::Tanh&, long double x) { return std::tanh(x); }

template <class T, class F>
std::vector<T> forward(const F& f, const std::vector<T>& x, int threads = 1) {
    std::vector<T> y(x.size());
    Threads team(threads);
    kernels::activation_forward<OwnTiles<>, T>(f, {1, x.size()}, {x.data(), x.size()}, {y.data(), x.size()},
                                               team);
    return y;
}

template <class T, class F>
std::vector<T> backward(const F& f, const std::vector<T>& dy, const std::vector<T>& x, int threads = 1) {
    std::vector<T> dx(x.size());
    const auto kept = F::backward_needs_output ? forward(f, x, threads) : x;
    Threads team(threads);
    const std::size_t n = x.size();
    kernels::activation_backward<OwnTiles<>, T>(f, {1, n}, {dy.data(), n}, {kept.data(), n}, {dx.data(), n},
                                                team);
    return dx;
}

template <class F>
void for_each_activation(F&& f) {
    f(kernels::ReLU{});
    f(kernels::ReLU6{});
    f(kernels::LeakyReLU{0.1});
    f(kernels::GELU{});
    f(kernels::SiLU{});
    f(kernels::Sigmoid{});
    f(kernels::Tanh{});
}

/// Numbers on both sides of zero, none within 1e-3 of a kink.
template <class T>
std::vector<T> inputs(std::size_t count) {
    std::vector<T> x(count);
    for (std::size_t i = 0; i < count; ++i) {
        x[i] = static_cast<T>(8.0 * std::sin(0.7 * static_cast<double>(i) + 0.3));
        if (std::abs(x[i]) < T(1e-3) || std::abs(x[i] - 6) < T(1e-3)) x[i] += T(0.01);
    }
    return x;
}

}  // namespace

TEST_CASE_TEMPLATE("activations equal those in long double", T, float, double) {
    const double tolerance = 8 * static_cast<double>(std::numeric_limits<T>::epsilon());
    for_each_activation([&](const auto& f) {
        const auto x = inputs<T>(4003);
        const auto y = forward(f, x);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto want = static_cast<double>(reference(f, static_cast<long double>(x[i])));
            // Without a fused multiply-add, the argument of exp(-x^2 / 2) is rounded.
            const double rounded =
                has_fma<OwnTiles<>::arch> ? 1 : std::max(1.0, static_cast<double>(x[i] * x[i]) / 4);
            REQUIRE(std::abs(static_cast<double>(y[i]) - want) <= tolerance * rounded * std::abs(want));
        }
    });
}

TEST_CASE("derivatives equal central differences in long double") {
    for_each_activation([&](const auto& f) {
        const auto x = inputs<double>(997);
        std::vector<double> dy(x.size());
        for (std::size_t i = 0; i < dy.size(); ++i) dy[i] = std::cos(static_cast<double>(i));
        const auto dx = backward(f, dy, x);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const long double h = 1e-5L;
            const auto at = static_cast<long double>(x[i]);
            const long double slope = (8 * (reference(f, at + h) - reference(f, at - h)) -
                                       (reference(f, at + 2 * h) - reference(f, at - 2 * h))) /
                                      (12 * h);
            REQUIRE(dx[i] == doctest::Approx(dy[i] * static_cast<double>(slope)).epsilon(1e-11).scale(1e-3));
        }
    });
}

TEST_CASE_TEMPLATE("the bits of an element depend only on its value", T, float, double) {
    for_each_activation([&](const auto& f) {
        const auto x = inputs<T>(effort(50'000, 20'000));
        const auto y = forward(f, x);
        const auto dx = backward(f, x, x);
        for (const int threads : {2, 3}) {
            REQUIRE(same_bits(y, forward(f, x, threads)));
            REQUIRE(same_bits(dx, backward(f, x, x, threads)));
        }
        for (std::size_t columns = 1; columns <= 70;
             columns += effort(1, 3)) {  // every position in registers and tail
            const std::vector<T> part(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(columns));
            const auto short_y = forward(f, part);
            const auto short_dx = backward(f, part, part);
            REQUIRE(std::equal(short_y.begin(), short_y.end(), y.begin()));
            REQUIRE(std::equal(short_dx.begin(), short_dx.end(), dx.begin()));
        }
    });
}

TEST_CASE_TEMPLATE("rows with a stride, in place; elements between rows are not written", T, float, double) {
    for_each_activation([&](const auto& f) {
        for (const std::size_t columns : {1U, 3U, 10U, 16U, 37U}) {
            const std::size_t rows = 7, stride = columns + 5;
            auto x = inputs<T>(rows * stride);
            auto y = x;
            auto d = x;
            Threads team(2);
            using F = std::decay_t<decltype(f)>;
            kernels::activation_forward<OwnTiles<>, T>(f, {rows, columns}, {y.data(), stride},
                                                       {y.data(), stride}, team);
            const auto& kept = F::backward_needs_output ? y : x;
            kernels::activation_backward<OwnTiles<>, T>(f, {rows, columns}, {d.data(), stride},
                                                        {kept.data(), stride}, {d.data(), stride}, team);
            const auto all = forward(f, x);
            const auto all_d = backward(f, x, x);
            for (std::size_t i = 0; i < x.size(); ++i) {
                const bool inside = i % stride < columns;
                REQUIRE(y[i] == (inside ? all[i] : x[i]));
                REQUIRE(d[i] == (inside ? all_d[i] : x[i]));
            }
        }
    });
}

TEST_CASE_TEMPLATE("NaN gives NaN, forward and backward; values at infinity", T, float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
    for_each_activation([&](const auto& f) {
        for (const T bad : {nan, -nan}) {
            for (const std::size_t place : {0U, 5U, 20U}) {
                std::vector<T> x(21, T(0.5)), one(21, T(1));
                x[place] = bad;
                const auto y = forward(f, x);
                const auto dx = backward(f, x, one);
                for (std::size_t i = 0; i < x.size(); ++i) {
                    REQUIRE(std::isnan(y[i]) == (i == place));
                    REQUIRE(std::isnan(dx[i]) == (i == place));
                }
            }
        }
    });
    const std::vector<T> ends = {-infinity, infinity, T(-1000), T(1000), T(0)};
    CHECK(forward(kernels::ReLU{}, ends) == std::vector<T>{0, infinity, 0, 1000, 0});
    CHECK(forward(kernels::ReLU6{}, ends) == std::vector<T>{0, 6, 0, 6, 0});
    CHECK(forward(kernels::Sigmoid{}, ends) == std::vector<T>{0, 1, 0, 1, T(0.5)});
    CHECK(forward(kernels::Tanh{}, ends) == std::vector<T>{-1, 1, -1, 1, 0});
    const std::vector<T> far = {T(-1000), T(1000), T(0)};
    CHECK(forward(kernels::GELU{}, far) == std::vector<T>{0, 1000, 0});
    CHECK(forward(kernels::SiLU{}, far) == std::vector<T>{0, 1000, 0});
}

}  // namespace kernels_elementwise_activation_test
