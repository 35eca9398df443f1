#include <alrao/kernels/image/pool2d.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kernels_image_pool2d_test {

using namespace alrao;
namespace {

/// Images with gaps between the pixels, which must not be written.
template <class T>
struct Pool {
    kernels::ConvolutionShape shape;
    std::size_t channels, stride;
    std::vector<T> x, dx, y, dy, taps;

    Pool(std::size_t batch, std::size_t height, std::size_t width, std::size_t n, const WindowAxis& down,
         const WindowAxis& across, std::size_t gap = 3)
        : shape(kernels::convolution_shape(batch, height, width, n, n,
                                           {.vertical = down, .horizontal = across})),
          channels(n),
          stride(n + gap),
          x(shape.pixels() * stride),
          dx(x.size(), T(9)),
          y(shape.out_pixels() * stride, T(9)),
          dy(y.size()),
          taps(shape.out_pixels() * n) {
        // Integers, so that there are equal maxima.
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = static_cast<T>(static_cast<int>(i * i % 101 % 7) - 5);
        for (std::size_t i = 0; i < dy.size(); ++i)
            dy[i] = static_cast<T>(std::cos(static_cast<double>(i * 3 % 1009)));
    }
    void maximum(int count = 1) {
        Threads threads(count);
        kernels::max_pool_forward<OwnTiles<>, T>(shape, {x.data(), stride}, {y.data(), stride}, taps.data(),
                                                 threads);
        kernels::max_pool_backward<OwnTiles<>, T>(shape, {dy.data(), stride}, taps.data(),
                                                  {dx.data(), stride}, threads);
    }
    void average(int count = 1) {
        Threads threads(count);
        kernels::average_pool_forward<OwnTiles<>, T>(shape, {x.data(), stride}, {y.data(), stride}, threads);
        kernels::average_pool_backward<OwnTiles<>, T>(shape, {dy.data(), stride}, {dx.data(), stride},
                                                      threads);
    }
    /// Calls f(index in y, index in x) for each tap of each window, in ascending order; the position of
    /// the window is the outer loop.
    template <class Begin, class Tap>
    void for_each_tap(Begin begin, Tap tap) const {
        const WindowAxis &down = shape.window.vertical, &across = shape.window.horizontal;
        for (std::size_t b = 0; b < shape.batch; ++b)
            for (std::size_t i = 0; i < shape.out_height; ++i)
                for (std::size_t j = 0; j < shape.out_width; ++j)
                    for (std::size_t c = 0; c < channels; ++c) {
                        const std::size_t to =
                            ((b * shape.out_height + i) * shape.out_width + j) * stride + c;
                        begin(to);
                        for (std::size_t k = 0; k < down.kernel; ++k)
                            for (std::size_t l = 0; l < across.kernel; ++l) {
                                const std::size_t h = i * down.stride + k - down.padding;
                                const std::size_t w = j * across.stride + l - across.padding;
                                if (h >= shape.height || w >= shape.width) continue;  // padding
                                tap(to, ((b * shape.height + h) * shape.width + w) * stride + c);
                            }
                    }
    }
    void check_gaps() const {
        std::size_t touched = 0;
        for (std::size_t i = 0; i < y.size(); ++i) touched += i % stride >= channels && y[i] != 9;
        for (std::size_t i = 0; i < dx.size(); ++i) touched += i % stride >= channels && dx[i] != 9;
        CHECK(touched == 0);
    }
};

struct Size {
    std::size_t height, width;
    WindowAxis down, across;
};
const std::vector<Size> sizes{
    {4, 4, {2, 2}, {2, 2}},       {5, 7, {2, 2}, {2, 2}},       {7, 6, {3, 2}, {3, 2}},
    {6, 5, {3, 1, 1}, {3, 1, 1}}, {7, 7, {3, 2, 1}, {3, 2, 1}}, {1, 1, {1, 1}, {1, 1}},
    {8, 9, {2, 3}, {3, 4, 2}},    {3, 3, {3, 1, 2}, {3, 1, 2}}, {6, 1, {4, 1, 1}, {1, 1}},
    {5, 5, {5, 5, 2}, {5, 5, 2}}, {9, 4, {3, 5, 0}, {2, 1, 1}}, {2, 2, {2, 1, 1}, {2, 1, 1}},
};

}  // namespace

TEST_CASE_TEMPLATE("the maximum of each window; its first pixel gets the gradient", T, float, double) {
    for (const Size& size : sizes) {
        for (const std::size_t channels : {1U, 3U, 16U, 37U, 70U}) {
            Pool<T> pool(2, size.height, size.width, channels, size.down, size.across);
            pool.maximum();
            std::vector<T> y(pool.y.size(), T(9)), dx(pool.dx.size(), T(9));
            for (std::size_t i = 0; i < dx.size(); ++i)
                if (i % pool.stride < channels) dx[i] = 0;
            std::vector<std::size_t> place(y.size());
            pool.for_each_tap([&](std::size_t to) { y[to] = -std::numeric_limits<T>::infinity(); },
                              [&](std::size_t to, std::size_t from) {
                                  if (!(pool.x[from] > y[to])) return;
                                  y[to] = pool.x[from];
                                  place[to] = from;
                              });
            pool.for_each_tap([&](std::size_t to) { dx[place[to]] += pool.dy[to]; },
                              [](std::size_t, std::size_t) {});
            CHECK(pool.y == y);
            CHECK(pool.dx == dx);
            pool.check_gaps();
        }
    }
}

TEST_CASE_TEMPLATE("the mean of each window, with padding as zeros, and its gradient", T, float, double) {
    for (const Size& size : sizes) {
        for (const std::size_t channels : {1U, 3U, 16U, 37U, 70U}) {
            Pool<T> pool(2, size.height, size.width, channels, size.down, size.across);
            pool.average();
            const double taps = static_cast<double>(pool.shape.taps());
            std::vector<double> y(pool.y.size()), dx(pool.dx.size());
            pool.for_each_tap([](std::size_t) {},
                              [&](std::size_t to, std::size_t from) {
                                  y[to] += static_cast<double>(pool.x[from]) / taps;
                                  dx[from] += static_cast<double>(pool.dy[to]) / taps;
                              });
            double worst = 0;
            for (std::size_t i = 0; i < y.size(); ++i)
                if (i % pool.stride < channels)
                    worst = std::max(worst, std::abs(y[i] - static_cast<double>(pool.y[i])));
            for (std::size_t i = 0; i < dx.size(); ++i)
                if (i % pool.stride < channels)
                    worst = std::max(worst, std::abs(dx[i] - static_cast<double>(pool.dx[i])));
            CHECK(worst <= 40 * static_cast<double>(std::numeric_limits<T>::epsilon()));
            pool.check_gaps();
        }
    }
}

TEST_CASE_TEMPLATE("pooling: same bits on 1, 2 and 3 threads", T, float, double) {
    Pool<T> one(5, 17, 15, 33, {3, 2, 1}, {3, 2, 1});
    one.maximum();
    for (const int threads : {2, 3}) {
        Pool<T> many(5, 17, 15, 33, {3, 2, 1}, {3, 2, 1});
        many.maximum(threads);
        CHECK(many.y == one.y);
        CHECK(many.dx == one.dx);
    }
    one.average();
    for (const int threads : {2, 3}) {
        Pool<T> many(5, 17, 15, 33, {3, 2, 1}, {3, 2, 1});
        many.average(threads);
        CHECK(many.y == one.y);
        CHECK(many.dx == one.dx);
    }
}

TEST_CASE_TEMPLATE("NaN passes through, and minus infinity is a valid maximum", T, float, double) {
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    constexpr T low = -std::numeric_limits<T>::infinity();
    for (std::size_t at = 0; at < 4; ++at) {
        Pool<T> pool(1, 2, 2, 1, {2, 2}, {2, 2}, 0);
        pool.x = {1, 5, 3, 2};
        pool.x[at] = nan;
        pool.maximum();
        CHECK(std::isnan(pool.y[0]));
        CHECK(pool.dx[at] == pool.dy[0]);
        pool.average();
        CHECK(std::isnan(pool.y[0]));
    }
    Pool<T> pool(1, 2, 2, 1, {2, 1, 1}, {2, 1, 1}, 0);
    pool.x = {low, low, low, low};
    pool.maximum();
    CHECK(pool.y[4] == low);
    CHECK(pool.dx[0] == pool.dy[0] + pool.dy[1] + pool.dy[3] + pool.dy[4]);
}

TEST_CASE("prediction does not need memory for taps") {
    Pool<float> pool(1, 4, 4, 5, {2, 2}, {2, 2}), other = pool;
    pool.maximum();
    Threads threads;
    kernels::max_pool_forward<OwnTiles<>, float>(other.shape, {other.x.data(), other.stride},
                                                 {other.y.data(), other.stride}, nullptr, threads);
    CHECK(pool.y == other.y);
}

}  // namespace kernels_image_pool2d_test
