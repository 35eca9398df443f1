#include <alrao/kernels/update/norm.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace kernels_update_norm_test {

using namespace alrao;
TEST_CASE_TEMPLATE("the sum of squares is exact for integers and has the same bits on any number of threads",
                   T, float, double) {
    for (const std::size_t count : {0U, 1U, 31U, 32U, 33U, 2047U, 2048U, 2049U, 100'003U}) {
        std::vector<T> whole(count), real(count);
        double want = 0;
        for (std::size_t i = 0; i < count; ++i) {
            whole[i] = static_cast<T>(static_cast<int>(i % 17) - 8);
            real[i] = static_cast<T>(std::sin(static_cast<double>(i)));
            want += static_cast<double>(whole[i]) * static_cast<double>(whole[i]);
        }
        Threads one(1), two(2), three(3);
        REQUIRE(kernels::sum_of_squares<OwnTiles<>, T>(whole.data(), count, one) == want);
        const double sum = kernels::sum_of_squares<OwnTiles<>, T>(real.data(), count, one);
        REQUIRE(kernels::sum_of_squares<OwnTiles<>, T>(real.data(), count, two) == sum);
        REQUIRE(kernels::sum_of_squares<OwnTiles<>, T>(real.data(), count, three) == sum);
    }
}

TEST_CASE("squares of floats do not overflow; values that are not finite appear in the sum") {
    Threads threads(2);
    std::vector<float> x(50'000, 1e30F);
    CHECK(kernels::sum_of_squares<OwnTiles<>, float>(x.data(), x.size(), threads) ==
          doctest::Approx(static_cast<double>(1e30F) * static_cast<double>(1e30F) * 50'000));
    x[49'999] = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isnan(kernels::sum_of_squares<OwnTiles<>, float>(x.data(), x.size(), threads)));
}

TEST_CASE_TEMPLATE("scaling changes only the array", T, float, double) {
    for (std::size_t count = 0; count <= 70; ++count) {
        std::vector<T> x(count + 1, T(3));
        Threads threads(1);
        kernels::scale<OwnTiles<>, T>(x.data(), count, T(0.5), threads);
        for (std::size_t i = 0; i < count; ++i) REQUIRE(x[i] == T(1.5));
        REQUIRE(x[count] == T(3));
    }
}

TEST_CASE_TEMPLATE("squares and factors per column have the same bits on any number of threads", T, float,
                   double) {
    for (const auto& [rows, columns] : {std::pair{1, 1}, {3, 17}, {200, 64}, {33, 1000}}) {
        const kernels::Rows extent{static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)};
        std::vector<T> x(extent.rows * extent.columns), factor(extent.columns);
        std::vector<double> want(extent.columns, 2.0);
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = static_cast<T>(static_cast<int>(i % 13) - 6);
            want[i % extent.columns] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        }
        for (std::size_t c = 0; c < factor.size(); ++c) factor[c] = static_cast<T>(c % 3) / 2;
        for (const int count : {1, 2, 3}) {
            Threads threads(count);
            std::vector<double> sums(extent.columns, 2.0);
            kernels::add_column_squares<OwnTiles<>, T>(extent, x.data(), sums.data(), threads);
            CHECK(sums == want);
            std::vector<T> scaled = x;
            kernels::scale_columns<OwnTiles<>, T>(extent, factor.data(), scaled.data(), threads);
            bool right = true;
            for (std::size_t i = 0; i < x.size(); ++i)
                right = right && scaled[i] == x[i] * factor[i % extent.columns];
            CHECK(right);
        }
    }
}

}  // namespace kernels_update_norm_test
