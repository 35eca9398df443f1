#include <alrao/kernels/normalization/layer_norm.hpp>
#include <alrao/tensor/backend.hpp>

#include "../norm_gradients.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kernels_normalization_layer_norm_test {

using namespace alrao;
namespace {

template <class T>
struct Norm {
    kernels::Rows extent;
    std::size_t stride;
    std::vector<T> x, dy, y, dx, scale, shift, mean, inverse, dscale, dshift, magnitude, workspace;
    T epsilon = T(1e-5);

    Norm(std::size_t rows, std::size_t columns)
        : extent{rows, columns},
          stride(columns + 3),
          mean(rows),
          inverse(rows),
          dscale(columns),
          dshift(columns),
          magnitude(columns),
          workspace(kernels::layer_norm_workspace({rows, columns})) {
        for (std::size_t i = 0; i < rows * stride; ++i) {
            x.push_back(static_cast<T>(1 + std::sin(static_cast<double>(i * i % 2003))));
            dy.push_back(static_cast<T>(std::cos(static_cast<double>(i * 3 % 1009))));
        }
        for (std::size_t c = 0; c < columns; ++c) {
            scale.push_back(static_cast<T>(0.5 + 0.1 * static_cast<double>(c % 7)));
            shift.push_back(static_cast<T>(std::sin(static_cast<double>(c))));
        }
        y.assign(x.size(), T(9));
        dx.assign(x.size(), T(9));
    }
    void forward(int threads = 1) {
        Threads team(threads);
        kernels::layer_norm_forward<OwnTiles<>, T>(extent, {x.data(), stride}, epsilon, scale.data(),
                                                   shift.data(), {y.data(), stride}, mean.data(),
                                                   inverse.data(), team);
    }
    void backward(int threads = 1) {
        Threads team(threads);
        kernels::layer_norm_backward<OwnTiles<>, T>(
            extent, {x.data(), stride}, {dy.data(), stride}, mean.data(), inverse.data(), scale.data(),
            {dx.data(), stride}, dscale.data(), dshift.data(), magnitude.data(), workspace.data(), team);
    }
};

template <class T>
constexpr double tolerance = 200 * static_cast<double>(std::numeric_limits<T>::epsilon());

}  // namespace

TEST_CASE_TEMPLATE("rows are normalised as in long double; gaps are not written", T, float, double) {
    for (std::size_t columns = 1; columns <= 70; ++columns) {
        Norm<T> n(3, columns);
        n.forward();
        for (std::size_t r = 0; r < 3; ++r) {
            long double mean = 0, variance = 0;
            const T* row = n.x.data() + r * n.stride;
            for (std::size_t c = 0; c < columns; ++c) mean += static_cast<long double>(row[c]);
            mean /= static_cast<long double>(columns);
            for (std::size_t c = 0; c < columns; ++c) {
                variance +=
                    (static_cast<long double>(row[c]) - mean) * (static_cast<long double>(row[c]) - mean);
            }
            variance /= static_cast<long double>(columns);
            const long double inverse = 1 / std::sqrt(variance + static_cast<long double>(n.epsilon));
            REQUIRE(n.mean[r] == doctest::Approx(static_cast<double>(mean)).epsilon(tolerance<T>));
            if (columns == 1) continue;
            for (std::size_t c = 0; c < columns; ++c) {
                const auto want = static_cast<double>((static_cast<long double>(row[c]) - mean) * inverse *
                                                          static_cast<long double>(n.scale[c]) +
                                                      static_cast<long double>(n.shift[c]));
                REQUIRE(std::abs(static_cast<double>(n.y[r * n.stride + c]) - want) <= tolerance<T>);
            }
        }
        for (std::size_t i = 0; i < n.y.size(); ++i) {
            if (i % n.stride >= columns) REQUIRE(n.y[i] == T(9));
        }
    }
}

TEST_CASE_TEMPLATE("a row of equal numbers becomes its shifts, for numbers of any size", T, float, double) {
    for (const double number : {0.1, 16777215.0, -3.3e7, 1.7e18})
        for (const std::size_t columns : {2U, 7U, 10U, 37U, 64U, 100U}) {
            CAPTURE(number);
            CAPTURE(columns);
            Norm<T> n(2, columns);
            std::fill_n(n.x.data(), columns, static_cast<T>(number));
            n.forward();
            CHECK(n.mean[0] == static_cast<T>(number));
            std::size_t wrong = 0;
            for (std::size_t c = 0; c < columns; ++c) wrong += n.y[c] == n.shift[c] ? 0U : 1U;
            CHECK(wrong == 0);
        }
}

TEST_CASE("gradients of layer norm equal central differences") {
    for (const std::size_t columns : {2U, 5U, 19U}) check_norm_gradients(Norm<double>(3, columns));
}

TEST_CASE_TEMPLATE("layer norm: same bits on 1, 2 and 3 threads, for a single row, and in place", T, float,
                   double) {
    Norm<T> one(900, 37);
    one.forward();
    one.backward();
    for (const int threads : {2, 3}) {
        Norm<T> many(900, 37);
        many.forward(threads);
        many.backward(threads);
        REQUIRE(many.y == one.y);
        REQUIRE(many.dx == one.dx);
        REQUIRE(many.dscale == one.dscale);
        REQUIRE(many.dshift == one.dshift);
    }
    Norm<T> alone(1, 37);
    std::copy_n(one.x.begin() + 700 * 40, 40, alone.x.begin());
    std::copy_n(one.dy.begin() + 700 * 40, 40, alone.dy.begin());
    alone.forward();
    alone.backward();
    for (std::size_t c = 0; c < 37; ++c) {
        REQUIRE(alone.y[c] == one.y[700 * 40 + c]);
        REQUIRE(alone.dx[c] == one.dx[700 * 40 + c]);
    }
    Norm<T> over = one;
    Threads threads(2);
    kernels::layer_norm_backward<OwnTiles<>, T>(over.extent, {over.x.data(), 40}, {over.dy.data(), 40},
                                                over.mean.data(), over.inverse.data(), over.scale.data(),
                                                {over.dy.data(), 40}, over.dscale.data(), over.dshift.data(),
                                                nullptr, over.workspace.data(), threads);
    kernels::layer_norm_forward<OwnTiles<>, T>(over.extent, {over.x.data(), 40}, over.epsilon,
                                               over.scale.data(), over.shift.data(), {over.x.data(), 40},
                                               nullptr, nullptr, threads);
    for (std::size_t i = 0; i < over.x.size(); ++i) {
        if (i % 40 >= 37) continue;
        REQUIRE(over.x[i] == one.y[i]);
        REQUIRE(over.dy[i] == one.dx[i]);
    }
}

TEST_CASE_TEMPLATE("a row whose variance overflows becomes NaN", T, float, double) {
    Norm<T> n(5, 20);
    n.x[2 * n.stride + 19] = std::numeric_limits<T>::max() / 4;
    n.forward();
    for (std::size_t r = 0; r < 5; ++r)
        for (std::size_t c = 0; c < 20; ++c) CHECK(std::isnan(n.y[r * n.stride + c]) == (r == 2));
}

TEST_CASE_TEMPLATE("NaN stays in its row and appears in the gradients", T, float, double) {
    Norm<T> n(5, 20);
    n.x[2 * n.stride + 19] = std::numeric_limits<T>::quiet_NaN();
    n.forward();
    n.backward();
    for (std::size_t r = 0; r < 5; ++r) CHECK(std::isnan(n.y[r * n.stride]) == (r == 2));
    for (std::size_t c = 0; c < 20; ++c) CHECK(std::isnan(n.magnitude[c]));
}

}  // namespace kernels_normalization_layer_norm_test
