#include <alrao/kernels/image/channel_gates.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kernels_image_channel_gates_test {

using namespace alrao;

TEST_CASE_TEMPLATE("channels are scaled; gradients of the image and of the gates", T, float, double) {
    for (const std::size_t pixels : {1U, 9U, 300U}) {
        for (const std::size_t channels : {1U, 5U, 16U, 70U}) {
            const std::size_t images = 4, rows = images * pixels, stride = channels + 2;
            const auto numbers = [&](std::size_t size, double seed) {
                std::vector<T> x(size);
                for (std::size_t i = 0; i < size; ++i)
                    x[i] = static_cast<T>(std::sin(seed + static_cast<double>(i * i % 1009)));
                return x;
            };
            const auto x = numbers(rows * stride, 1), dy = numbers(rows * stride, 2);
            const auto gates = numbers(images * channels, 3), dmeans = numbers(images * channels, 4);
            const auto run = [&](int count) {
                Threads threads(count);
                std::vector<std::vector<T>> out{std::vector<T>(rows * stride, T(9)),
                                                std::vector<T>(rows * stride, T(9)),
                                                std::vector<T>(images * channels), std::vector<T>(channels)};
                kernels::gate_channels<OwnTiles<>, T>(images, pixels, channels, {x.data(), stride},
                                                      {gates.data(), channels}, {out[0].data(), stride},
                                                      out[3].data(), threads);
                kernels::gate_channels_backward<OwnTiles<>, T>(
                    images, pixels, channels, {dy.data(), stride}, {gates.data(), channels},
                    {dmeans.data(), channels}, {out[1].data(), stride}, threads);
                kernels::gate_gradients<OwnTiles<>, T>(images, pixels, channels, {x.data(), stride},
                                                       {dy.data(), stride}, {out[2].data(), channels},
                                                       threads);
                return out;
            };
            const auto out = run(1);
            CHECK(out == run(3));
            double worst = 0;
            const auto compare = [&](T got, double wanted, double size) {
                worst = std::max(worst, std::abs(static_cast<double>(got) - wanted) / size);
            };
            std::vector<double> dgates(images * channels);
            std::vector<T> largest(channels);
            for (std::size_t row = 0; row < rows; ++row) {
                for (std::size_t c = 0; c < stride; ++c) {
                    const std::size_t at = row * stride + c, gate = row / pixels * channels + c;
                    if (c >= channels) {
                        CHECK(out[0][at] == 9);
                        CHECK(out[1][at] == 9);
                        continue;
                    }
                    const auto number = [](T value) { return static_cast<double>(value); };
                    largest[c] = std::max(largest[c], std::abs(out[0][at]));
                    compare(out[0][at], number(x[at]) * number(gates[gate]), 1);
                    compare(out[1][at],
                            number(dy[at]) * number(gates[gate]) +
                                number(dmeans[gate]) / static_cast<double>(pixels),
                            2);
                    dgates[gate] += number(dy[at]) * number(x[at]);
                }
            }
            CHECK(out[3] == largest);
            for (std::size_t i = 0; i < dgates.size(); ++i)
                compare(out[2][i], dgates[i], 10 + static_cast<double>(pixels));
            CHECK(worst <= 4 * static_cast<double>(std::numeric_limits<T>::epsilon()));
        }
    }
}

}  // namespace kernels_image_channel_gates_test
