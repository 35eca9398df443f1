#include <alrao/kernels/image/pixel_sums.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kernels_image_pixel_sums_test {

using namespace alrao;

TEST_CASE_TEMPLATE("means over the pixels of each image, and their gradient", T, float, double) {
    for (const std::size_t pixels : {1U, 7U, 128U, 129U, 1000U}) {
        for (const std::size_t channels : {1U, 5U, 16U, 70U, 130U}) {
            const std::size_t images = 3, stride = channels + 3;
            std::vector<T> x(images * pixels * stride), dx(x.size(), T(9));
            std::vector<T> means(images * stride, T(9)), again = means;
            for (std::size_t i = 0; i < x.size(); ++i)
                x[i] = static_cast<T>(1 + std::sin(static_cast<double>(i * i % 2003)));
            Threads one(1), three(3);
            kernels::pixel_means<OwnTiles<>, T>(images, pixels, channels, {x.data(), stride},
                                                {means.data(), stride}, one);
            kernels::pixel_means<OwnTiles<>, T>(images, pixels, channels, {x.data(), stride},
                                                {again.data(), stride}, three);
            CHECK(means == again);
            kernels::pixel_means_backward<OwnTiles<>, T>(images, pixels, channels, {means.data(), stride},
                                                         {dx.data(), stride}, three);
            double worst = 0;
            for (std::size_t image = 0; image < images; ++image) {
                for (std::size_t c = 0; c < stride; ++c) {
                    const T mean = means[image * stride + c];
                    if (c >= channels) {
                        CHECK(mean == 9);
                        CHECK(dx[image * pixels * stride + c] == 9);
                        continue;
                    }
                    long double sum = 0;
                    for (std::size_t p = 0; p < pixels; ++p) {
                        const std::size_t at = (image * pixels + p) * stride + c;
                        sum += static_cast<long double>(x[at]);
                        worst = std::max(worst,
                                         std::abs(static_cast<double>(dx[at]) -
                                                  static_cast<double>(mean) / static_cast<double>(pixels)));
                    }
                    const auto exact = static_cast<double>(sum / static_cast<long double>(pixels));
                    worst = std::max(worst, std::abs(static_cast<double>(mean) - exact));
                }
            }
            CHECK(worst <= 20 * static_cast<double>(std::numeric_limits<T>::epsilon()));
        }
    }
}

}  // namespace kernels_image_pixel_sums_test
