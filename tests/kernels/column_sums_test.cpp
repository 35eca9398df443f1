#include <alrao/kernels/column_sums.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kernels_column_sums_test {

using namespace alrao;
TEST_CASE_TEMPLATE("column sums of integers are exact for any shape and stride", T, float, double) {
    for (std::size_t columns = 1; columns <= 70; ++columns) {
        for (const std::size_t rows : {1U, 5U, 128U, 129U, 300U}) {
            const std::size_t stride = columns + 2;
            std::vector<T> x(rows * stride, std::numeric_limits<T>::quiet_NaN()), want(columns, T{0});
            for (std::size_t r = 0; r < rows; ++r) {
                for (std::size_t c = 0; c < columns; ++c) {
                    const auto value = static_cast<T>(static_cast<int>((r * 31 + c * 17) % 23) - 11);
                    x[r * stride + c] = value;
                    want[c] += value;
                }
            }
            Threads threads(2);
            std::vector<T> sums(columns + 1, T(5)), magnitude(columns + 1, T(5));
            std::vector<T> workspace(kernels::column_sums_workspace({rows, columns}), T(3));
            kernels::column_sums<OwnTiles<>, T>({rows, columns}, {x.data(), stride}, sums.data(),
                                                magnitude.data(), workspace.data(), threads);
            for (std::size_t c = 0; c < columns; ++c) {
                REQUIRE(sums[c] == want[c]);
                REQUIRE(magnitude[c] == std::abs(want[c]));
            }
            REQUIRE(sums[columns] == T(5));
            REQUIRE(magnitude[columns] == T(5));
        }
    }
}

TEST_CASE_TEMPLATE(
    "column sums have the same bits on 1, 2 and 3 threads; values that are not finite appear in them", T,
    float, double) {
    const std::size_t rows = 3000, columns = 70;
    std::vector<T> x(rows * columns);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(std::sin(static_cast<double>(i)));
    std::vector<T> workspace(kernels::column_sums_workspace({rows, columns}));
    std::vector<std::vector<T>> sums(3, std::vector<T>(columns));
    for (int count = 1; count <= 3; ++count) {
        Threads threads(count);
        kernels::column_sums<OwnTiles<>, T>({rows, columns}, {x.data(), columns},
                                            sums[static_cast<std::size_t>(count - 1)].data(), nullptr,
                                            workspace.data(), threads);
    }
    CHECK(sums[0] == sums[1]);
    CHECK(sums[0] == sums[2]);
    for (std::size_t c = 0; c < columns; ++c) {
        double want = 0;
        for (std::size_t r = 0; r < rows; ++r) want += static_cast<double>(x[r * columns + c]);
        REQUIRE(sums[0][c] == doctest::Approx(want).epsilon(1e-4).scale(1));
    }
    x[2999 * columns + 69] = std::numeric_limits<T>::quiet_NaN();
    Threads threads(2);
    std::vector<T> magnitude(columns);
    kernels::column_sums<OwnTiles<>, T>({rows, columns}, {x.data(), columns}, sums[1].data(),
                                        magnitude.data(), workspace.data(), threads);
    CHECK(std::isnan(magnitude[69]));
    CHECK_FALSE(std::isnan(magnitude[68]));
}

}  // namespace kernels_column_sums_test
