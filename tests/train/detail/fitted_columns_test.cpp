#include <alrao/train/detail/fitted_columns.hpp>

#include "../../error_of.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace train_detail_fitted_columns_test {

using namespace alrao;
using detail::Spread;

namespace {

/// The constants of one column.
struct FittedColumn : detail::FittedColumns {
    Spread spread;
};

template <class T>
FittedColumn fitted(const std::vector<T>& numbers) {
    const detail::Columns columns{numbers.size(), 1, 1, [&](std::size_t i) { return numbers.data() + i; }};
    const ColumnRanges ranges = detail::column_ranges(columns, [](std::size_t, std::size_t) {});
    const detail::FittedColumns one = detail::fitted_columns<T>(columns, ranges, "channel");
    return {one, one.spread<T>(0)};
}

template <class T>
std::vector<T> waves(double mean, double size, std::size_t count = 100) {
    std::vector<T> numbers;
    for (std::size_t i = 0; i < count; ++i)
        numbers.push_back(static_cast<T>(mean + size * std::sin(0.7 * static_cast<double>(i))));
    return numbers;
}

}  // namespace

TEST_CASE("columns whose deviation exceeds rounding in double are standardised by it") {
    struct Case {
        double mean, size;
    };
    // Pressures in Pa, Unix times in s, Julian dates, frequencies.
    for (const Case& it : {Case{101325, 0.005}, Case{1.7e9, 1e-3}, Case{2460000.5, 1e-5}, Case{-101325, 1e-9},
                           Case{1e15, 16}, Case{0, 1e-12}}) {
        CAPTURE(it.mean);
        const FittedColumn got = fitted(waves<double>(it.mean, it.size));
        CHECK(got.spread == Spread::wide);
        CHECK(got.constants.deviation[0] / it.size == doctest::Approx(0.703).epsilon(0.01));
    }
}

TEST_CASE("the threshold depends on the type") {
    CHECK(fitted(waves<float>(1e5, 1)).spread == Spread::wide);
    CHECK(fitted(waves<float>(1e5, 1)).constants.deviation[0] == doctest::Approx(0.7029).epsilon(0.01));
    CHECK(fitted(waves<float>(1e5, 0.1)).spread == Spread::coarse);
    CHECK(fitted(waves<float>(1e5, 0.1)).constants.deviation[0] * 100 == doctest::Approx(7.03).epsilon(0.05));
    const FittedColumn lost = fitted(waves<float>(101325, 0.005));
    CHECK(lost.spread == Spread::rounding);
    CHECK(lost.constants.deviation[0] == doctest::Approx(101325));
    CHECK(lost.data.deviation[0] < 0.01);
    CHECK(fitted(waves<double>(101325, 1e-11)).spread == Spread::rounding);
    CHECK(fitted(waves<double>(101325, 1e-10)).spread == Spread::coarse);
    // 0.1 + 0.2 is a neighbour of 0.3.
    CHECK(fitted(std::vector<double>{0.1 + 0.2, 0.3, 0.3}).spread == Spread::rounding);
}

TEST_CASE_TEMPLATE("a constant column becomes exactly 0, whatever its value and count", T, float, double) {
    for (const double value : {0.0, -0.0, 1.0, 0.1, -10.0, 101325.0, 1.7e18, -1.7e18, 3e29, 3e38, 1e-40})
        for (const std::size_t count : {1u, 2u, 3u, 7u, 10u, 1000u, 1001u}) {
            CAPTURE(value);
            CAPTURE(count);
            const T x = static_cast<T>(value);
            const FittedColumn got = fitted(std::vector<T>(count, x));
            CHECK(got.spread == Spread::none);
            const T mean = static_cast<T>(got.constants.mean[0]);
            const T deviation = static_cast<T>(got.constants.deviation[0]);
            CHECK((x - mean) * (T{1} / deviation) == 0);
            if (std::abs(value) < 1e6) CHECK(deviation == 1);
            // The next number is near 0, too.
            const T next = std::nextafter(x, T{0});
            CHECK(std::abs((next - mean) * (T{1} / deviation)) <= 1);
        }
}

TEST_CASE_TEMPLATE("a column of neighbouring numbers becomes nearly 0, for any magnitude", T, float, double) {
    for (const double value : {0.3, 1.0, 1e7, 1.7e18, 3e29}) {
        CAPTURE(value);
        const T x = static_cast<T>(value), next = std::nextafter(x, std::numeric_limits<T>::max());
        const FittedColumn got = fitted(std::vector<T>{x, next, x, next, x, x});
        CHECK(got.spread == Spread::rounding);
        const T mean = static_cast<T>(got.constants.mean[0]);
        const T factor = T{1} / static_cast<T>(got.constants.deviation[0]);
        CHECK(std::abs((x - mean) * factor) <= 2 * std::numeric_limits<T>::epsilon());
        CHECK(std::abs((next - mean) * factor) <= 2 * std::numeric_limits<T>::epsilon());
    }
}

TEST_CASE("constants outside the range of the type are refused") {
    CHECK(error_of([] {
              fitted(std::vector<float>{1e-42F, 2e-42F, 3e-42F});
          }).starts_with("alrao: fit: channel 0 cannot be standardised: with mean "));
    CHECK(error_of([] {
              fitted(std::vector<float>{3e38F, 3e38F, -3e38F});
          }).find("numbers of up to 3") != std::string::npos);
    CHECK(fitted(std::vector<float>{1e30F, -1e30F}).spread == Spread::wide);
    CHECK(fitted(std::vector<double>{1e200, -1e200}).constants.deviation[0] == doctest::Approx(1e200));
    CHECK(fitted(std::vector<double>{1e-200, 3e-200}).constants.deviation[0] / 1e-200 == doctest::Approx(1));
    const double largest = std::numeric_limits<double>::max();
    CHECK_THROWS_AS(fitted(std::vector<double>{largest, largest, -largest}), ArgumentError);
    CHECK(detail::can_standardize<float>(0, 1, 0, 0));
    CHECK_FALSE(detail::can_standardize<float>(0, 1e-45, 0, 0));
    CHECK_FALSE(detail::can_standardize<float>(1e39, 1, 0, 0));
}

}  // namespace train_detail_fitted_columns_test
