#include <alrao/kernels/magnitude.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/finite.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kernels_magnitude_test {

using namespace alrao;
TEST_CASE_TEMPLATE("the largest magnitude of each column", T, float, double) {
    for (std::size_t columns = 1; columns <= 70; ++columns) {
        for (const std::size_t rows : {1U, 2U, 9U}) {
            const std::size_t stride = columns + 3;
            std::vector<T> x(rows * stride,
                             std::numeric_limits<T>::quiet_NaN());  // between rows: must not be read
            std::vector<T> want(columns, T{0});
            for (std::size_t r = 0; r < rows; ++r) {
                for (std::size_t c = 0; c < columns; ++c) {
                    const T value = static_cast<T>(std::sin(static_cast<double>(r * 71 + c * 13 + 1)));
                    x[r * stride + c] = value;
                    want[c] = std::max(want[c], std::abs(value));
                }
            }
            for (const int count : {1, 2, 3}) {
                Threads threads(count);
                std::vector<T> got(columns + 1, T{7});
                kernels::column_magnitude<OwnTiles<>, T>({rows, columns}, {x.data(), stride}, got.data(),
                                                         threads);
                REQUIRE(got.back() == T{7});
                got.pop_back();
                REQUIRE(got == want);
            }
        }
    }
}

TEST_CASE_TEMPLATE("magnitudes keep values that are not finite", T, float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
    for (const T bad : {nan, -nan, infinity, -infinity}) {
        for (const std::size_t place : {0U, 15U, 16U, 36U}) {
            for (const std::size_t row : {0U, 299U}) {
                const std::size_t rows = 700, columns = 37;
                std::vector<T> x(rows * columns, std::numeric_limits<T>::max());
                x[row * columns + place] = bad;
                for (const int count : {1, 2, 3}) {
                    Threads threads(count);
                    std::vector<T> got(columns);
                    kernels::column_magnitude<OwnTiles<>, T>({rows, columns}, {x.data(), columns}, got.data(),
                                                             threads);
                    for (std::size_t c = 0; c < columns; ++c) REQUIRE(is_finite(got[c]) == (c != place));
                    REQUIRE_FALSE(is_finite(kernels::magnitude<OwnTiles<>, T>(x.data(), x.size(), threads)));
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("the largest magnitude of an array", T, float, double) {
    for (std::size_t count = 0; count <= 70; ++count) {
        std::vector<T> x(count);
        T want{0};
        for (std::size_t i = 0; i < count; ++i) {
            x[i] = static_cast<T>(std::cos(static_cast<double>(i * 5)) * 3);
            want = std::max(want, std::abs(x[i]));
        }
        Threads threads(2);
        REQUIRE(kernels::magnitude<OwnTiles<>, T>(x.data(), count, threads) == want);
    }
    std::vector<T> large(60'000, T{1});
    for (const std::size_t place : {0U, 31'000U, 59'999U}) {
        large[place] = T{-5};
        for (const int count : {1, 2, 3}) {
            Threads threads(count);
            REQUIRE(kernels::magnitude<OwnTiles<>, T>(large.data(), large.size(), threads) == T{5});
        }
        large[place] = T{1};
    }
}

}  // namespace kernels_magnitude_test
