#include <alrao/kernels/normalization/standardize.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/philox.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace kernels_normalization_standardize_test {

using namespace alrao;

TEST_CASE_TEMPLATE("the mean is subtracted from each channel, which is then divided by its deviation", T,
                   float, double) {
    for (const std::size_t channels : {1u, 2u, 3u, 17u, 63u, 64u, 65u, 200u}) {
        for (const std::size_t rows : {1u, 2u, 5u, 33u}) {
            Philox random(Seed{channels}, rows);
            std::vector<T> x(rows * channels), y(x.size(), T{-1}), alone(x.size());
            std::vector<T> mean(channels), deviation(channels);
            for (T& value : x) value = static_cast<T>(random.normal());
            for (T& value : mean) value = static_cast<T>(random.normal());
            for (T& value : deviation) value = static_cast<T>(0.5 + random.uniform());
            std::vector<T> workspace(2 * kernels::standardize_pattern(channels));
            Threads threads(2), one(1);
            kernels::standardize<DefaultBackend, T>({rows, channels}, x.data(), mean.data(), deviation.data(),
                                                    {y.data(), channels}, workspace.data(), threads);
            for (std::size_t i = 0; i < x.size(); ++i) {
                const auto c = i % channels;
                const double expected = (static_cast<double>(x[i]) - static_cast<double>(mean[c])) /
                                        static_cast<double>(deviation[c]);
                const double rounding = sizeof(T) == 4 ? 1e-6 : 1e-14;
                CHECK(std::abs(static_cast<double>(y[i]) - expected) <= rounding * (1 + std::abs(expected)));
            }
            // A single row on one thread has the same bits.
            for (std::size_t r = 0; r < rows; ++r)
                kernels::standardize<DefaultBackend, T>(
                    {1, channels}, x.data() + r * channels, mean.data(), deviation.data(),
                    {alone.data() + r * channels, channels}, workspace.data(), one);
            CHECK(alone == y);
            // So do rows with gaps between them, and the gaps are not written.
            std::vector<T> apart(rows * (channels + 2), T{-1});
            kernels::standardize<DefaultBackend, T>({rows, channels}, x.data(), mean.data(), deviation.data(),
                                                    {apart.data(), channels + 2}, workspace.data(), threads);
            std::size_t wrong = 0;
            for (std::size_t i = 0; i < apart.size(); ++i) {
                const std::size_t r = i / (channels + 2), c = i % (channels + 2);
                wrong += apart[i] != (c < channels ? y[r * channels + c] : T{-1});
            }
            CHECK(wrong == 0);
        }
    }
}

}  // namespace kernels_normalization_standardize_test
