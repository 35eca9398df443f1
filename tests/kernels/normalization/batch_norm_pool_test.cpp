#include <alrao/kernels/image/pool2d.hpp>
#include <alrao/kernels/normalization/batch_norm_pool.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace kernels_normalization_batch_norm_pool_test {

using namespace alrao;

namespace {

using kernels::DisjointWindows;

/// Normalisation and pooling of images, by the fused kernel and by the three kernels that it replaces.
template <class T>
struct Pooling {
    DisjointWindows windows;
    std::size_t channels, stride, pixels;
    std::vector<T> x, scale, shift, mean, variance, dy, workspace;
    kernels::Activation activation = kernels::Activation::relu;
    std::vector<T> y, magnitude, dx, dscale, dshift;

    Pooling(const DisjointWindows& shape, std::size_t columns)
        : windows(shape),
          channels(columns),
          stride(columns + 3),
          pixels(shape.count() * shape.height * shape.width),
          mean(columns),
          variance(columns),
          workspace(kernels::batch_norm_workspace({pixels, columns}), T(3)) {
        const auto wave = [](std::size_t i, double by) {
            return static_cast<T>(std::sin(by * static_cast<double>(i * i % 2003)));
        };
        for (std::size_t i = 0; i < pixels * stride; ++i) x.push_back(wave(i, 1));
        for (std::size_t i = 0; i < shape.count() * stride; ++i) dy.push_back(wave(i, 3));
        for (std::size_t c = 0; c < columns; ++c) {
            scale.push_back(static_cast<T>((c % 3 == 2 ? -1 : 1) * (0.5 + 0.1 * static_cast<double>(c % 7))));
            shift.push_back(static_cast<T>(0.4 * std::sin(static_cast<double>(c))));
        }
        Threads one(1);
        const auto pieces =
            kernels::row_pieces<OwnTiles<>, T>({pixels, columns}, {x.data(), stride}, workspace.data());
        kernels::batch_norm_statistics<OwnTiles<>>(pieces, mean.data(), variance.data(), one);
        for (auto* each : {&magnitude, &dscale, &dshift}) each->assign(columns, T(9));
    }

    [[nodiscard]] kernels::BatchNormPoint<T> point() const {
        return {{x.data(), stride}, mean.data(),  variance.data(), T(1e-5),
                scale.data(),       shift.data(), activation};
    }

    void run(int count) {
        Threads threads(count);
        y.assign(windows.count() * stride, T(9));
        dx.assign(pixels * stride, T(9));
        kernels::batch_norm_pool<OwnTiles<>, T>(windows, channels, point(), {y.data(), stride},
                                                magnitude.data(), threads);
        kernels::batch_norm_pool_backward<OwnTiles<>, T>(windows, channels, point(), {dy.data(), stride},
                                                         {dx.data(), stride}, dscale.data(), dshift.data(),
                                                         workspace.data(), threads);
    }

    void run_apart() {
        Threads threads(1);
        Window window;
        window.vertical.kernel = window.vertical.stride = windows.height;
        window.horizontal.kernel = window.horizontal.stride = windows.width;
        const auto shape =
            kernels::convolution_shape(windows.images, windows.rows * windows.height,
                                       windows.columns * windows.width, channels, channels, window);
        const kernels::Rows extent{pixels, channels};
        std::vector<T> normalized(pixels * stride, T(9)), gradient(pixels * stride, T(9));
        std::vector<T> taps(windows.count() * channels);
        y.assign(windows.count() * stride, T(9));
        dx.assign(pixels * stride, T(9));
        kernels::batch_norm_apply<OwnTiles<>, T>(extent, point(), {normalized.data(), stride},
                                                 magnitude.data(), threads);
        kernels::max_pool_forward<OwnTiles<>, T>(shape, {normalized.data(), stride}, {y.data(), stride},
                                                 taps.data(), threads);
        kernels::max_pool_backward<OwnTiles<>, T>(shape, {dy.data(), stride}, taps.data(),
                                                  {gradient.data(), stride}, threads);
        kernels::batch_norm_backward<OwnTiles<>, T>(extent, point(), {gradient.data(), stride},
                                                    {dx.data(), stride}, dscale.data(), dshift.data(),
                                                    nullptr, workspace.data(), threads);
    }
};

template <class T>
void check_near(const std::vector<T>& some, const std::vector<T>& wanted, double scale) {
    REQUIRE(some.size() == wanted.size());
    const double most = scale * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (std::size_t i = 0; i < some.size(); ++i)
        REQUIRE(std::abs(static_cast<double>(some[i] - wanted[i])) <= most);
}

constexpr kernels::Activation both[] = {kernels::Activation::none, kernels::Activation::relu};

}  // namespace

TEST_CASE_TEMPLATE("the fused pass equals normalisation, ReLU and pooling", T, float, double) {
    for (const DisjointWindows& windows :
         {DisjointWindows{3, 5, 4, 2, 2}, DisjointWindows{2, 1, 1, 3, 1}, DisjointWindows{1, 2, 3, 1, 1},
          DisjointWindows{40, 4, 3, 2, 3}, DisjointWindows{2, 1, 1, 4, 4}}) {
        for (const std::size_t channels : {1U, 5U, 16U, 70U, 130U}) {
            for (const auto activation : both) {
                Pooling<T> fused(windows, channels), apart(windows, channels);
                fused.activation = apart.activation = activation;
                fused.run(1);
                apart.run_apart();
                REQUIRE(fused.y == apart.y);
                REQUIRE(fused.magnitude == apart.magnitude);
                // Sums over pixels are computed in another order.
                const auto pixels = static_cast<double>(fused.pixels);
                check_near(fused.dscale, apart.dscale, 4 * pixels);
                check_near(fused.dshift, apart.dshift, 4 * pixels);
                check_near(fused.dx, apart.dx, 200);
            }
        }
    }
}

TEST_CASE_TEMPLATE("batch norm with pooling: same bits on 1, 2 and 3 threads", T, float, double) {
    Pooling<T> one({20, 8, 8, 2, 2}, 70);
    one.run(1);
    for (const int threads : {2, 3}) {
        Pooling<T> many({20, 8, 8, 2, 2}, 70);
        many.run(threads);
        REQUIRE(many.y == one.y);
        REQUIRE(many.dx == one.dx);
        REQUIRE(many.dscale == one.dscale);
        REQUIRE(many.dshift == one.dshift);
        REQUIRE(many.magnitude == one.magnitude);
    }
}

TEST_CASE_TEMPLATE("the first of equal pixels gets the gradient, none if all are below 0", T, float, double) {
    Pooling<T> p({1, 1, 2, 2, 2}, 1);
    p.x = {T(1), 0, 0, 0, T(1), 0, 0, 0, T(-1), 0, 0, 0, T(-2), 0, 0, 0,
           T(0), 0, 0, 0, T(1), 0, 0, 0, T(-3), 0, 0, 0, T(-1), 0, 0, 0};
    p.mean = {T(0)}, p.variance = {T(1)}, p.scale = {T(1)}, p.shift = {T(0)};
    p.dy = {T(5), 0, 0, 0, T(7), 0, 0, 0};
    p.run(1);
    CHECK(p.y[4] == T(0));
    CHECK(p.dshift[0] == T(5));
    CHECK(p.dscale[0] == doctest::Approx(5.0).epsilon(1e-4));
    // dx = dy minus terms of mean and variance, which are linear in x: only pixel 0 differs from them by
    // dy.
    const double deviation = std::sqrt(1 + 1e-5), slope = 5.0 / 8 / (deviation * deviation * deviation);
    for (std::size_t pixel = 0; pixel < 8; ++pixel) {
        const double x = static_cast<double>(p.x[pixel * 4]);
        const double wanted = ((pixel == 0 ? 5.0 : 0.0) - 5.0 / 8) / deviation - slope * x;
        CHECK(static_cast<double>(p.dx[pixel * 4]) == doctest::Approx(wanted).epsilon(1e-4));
    }
}

TEST_CASE_TEMPLATE("a NaN is the maximum of its window and appears in the magnitude", T, float, double) {
    for (const auto activation : both) {
        Pooling<T> p({2, 2, 2, 2, 2}, 17);
        p.activation = activation;
        p.x[5 * p.stride + 16] = std::numeric_limits<T>::quiet_NaN();
        p.run(1);
        std::size_t found = 0;
        for (std::size_t i = 0; i < p.y.size(); ++i) found += std::isnan(p.y[i]);
        CHECK(found == 1);
        CHECK(std::isnan(p.magnitude[16]));
        CHECK(std::isfinite(p.magnitude[15]));
    }
}

}  // namespace kernels_normalization_batch_norm_pool_test
