#include <alrao/tensor/philox.hpp>
#include <alrao/train/detail/column_moments.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

namespace train_detail_column_moments_test {

using namespace alrao;

namespace {

template <class T>
auto columns_of(const std::vector<T>& numbers, std::size_t size, std::size_t columns) {
    return detail::Columns{numbers.size() / size, size, columns,
                           [&numbers, size](std::size_t i) { return numbers.data() + i * size; }};
}

template <class T>
ColumnRanges ranges_of(const std::vector<T>& numbers, std::size_t size, std::size_t columns) {
    return detail::column_ranges(columns_of(numbers, size, columns),
                                 [](std::size_t, std::size_t) { throw std::domain_error(""); });
}

template <class T>
ColumnMoments moments_of(const std::vector<T>& numbers, std::size_t size = 1, std::size_t columns = 1) {
    return detail::column_moments(columns_of(numbers, size, columns), ranges_of(numbers, size, columns));
}

struct Slow {
    long double mean = 0, deviation = 0;
};

/// By the definition, in long double, from differences to the first number.
template <class T>
Slow slow_moments(const std::vector<T>& numbers, std::size_t columns, std::size_t c) {
    long double sum = 0, squares = 0, count = 0;
    for (std::size_t i = c; i < numbers.size(); i += columns, ++count)
        sum += static_cast<long double>(numbers[i]) - static_cast<long double>(numbers[c]);
    const long double mean = static_cast<long double>(numbers[c]) + sum / count;
    for (std::size_t i = c; i < numbers.size(); i += columns) {
        const long double apart =
            static_cast<long double>(numbers[i]) - static_cast<long double>(numbers[c]) - sum / count;
        squares += apart * apart;
    }
    return {mean, std::sqrt(squares / count)};
}

template <class T>
std::vector<T> around(double mean, double deviation, std::size_t count) {
    Philox random(Seed{count}, 1);
    std::vector<T> numbers;
    for (std::size_t i = 0; i < count; ++i)
        numbers.push_back(static_cast<T>(mean + deviation * random.normal()));
    return numbers;
}

/// |got - right| in units of `right`.
double relative_error(double got, long double right) {
    return static_cast<double>(std::abs(got - right) / std::abs(right));
}

}  // namespace

TEST_CASE_TEMPLATE("moments agree with the definition, for any mean", T, float, double) {
    const double epsilon = std::numeric_limits<T>::epsilon();
    for (const double mean : {0.0, 1.0, -3.0, 101325.0, 1.7e9, -2460000.5, 1e15})
        for (const double relative : {1.0, 1e-3, 1e-5, 1e-9, 1e-13})
            for (const std::size_t count : {2u, 3u, 100u, 5000u}) {
                if (mean != 0 && relative < 4 * epsilon) continue;
                CAPTURE(mean);
                CAPTURE(relative);
                CAPTURE(count);
                const double deviation = relative * (mean == 0 ? 1 : std::abs(mean));
                const auto numbers = around<T>(mean, deviation, count);
                const ColumnMoments got = moments_of(numbers);
                const Slow right = slow_moments(numbers, 1, 0);
                // The mean is the nearest double, or its neighbour.
                CHECK(std::abs(static_cast<double>(got.mean[0] - right.mean)) <=
                      4e-16 * std::abs(static_cast<double>(right.mean)) + 4e-15 * deviation);
                CHECK(relative_error(got.deviation[0], right.deviation) <= 1e-13);
            }
}

TEST_CASE("at the limits of double, squares neither overflow nor underflow") {
    for (const double size : {1e-300, 1e-200, 1e-160, 1e160, 1e200, 1e300}) {
        CAPTURE(size);
        const ColumnMoments got = moments_of(std::vector<double>{size, 3 * size, 5 * size, 7 * size});
        CHECK(relative_error(got.mean[0], 4 * size) <= 1e-15);
        CHECK(relative_error(got.deviation[0], std::sqrt(5.0) * size) <= 1e-14);
    }
    const double largest = std::numeric_limits<double>::max();
    const ColumnMoments ends = moments_of(std::vector<double>{largest, -largest});
    CHECK(ends.mean[0] == 0);
    CHECK(relative_error(ends.deviation[0], largest) <= 1e-15);
    const double smallest = std::numeric_limits<double>::denorm_min();
    const ColumnMoments tiny = moments_of(std::vector<double>{0, 1000 * smallest});
    CHECK(tiny.mean[0] == 500 * smallest);
    CHECK(tiny.deviation[0] == 500 * smallest);
    const ColumnMoments of_float = moments_of(std::vector<float>{1e-40F, 3e-40F, 1e-40F, 3e-40F});
    CHECK(relative_error(of_float.deviation[0], 1e-40) <= 1e-4);
    CHECK(relative_error(moments_of(std::vector<float>{1e30F, -1e30F}).deviation[0], 1e30F) <= 1e-15);
}

TEST_CASE("one extreme number does not hide the others, first or last") {
    for (const std::size_t place : {0u, 999u}) {
        std::vector<double> numbers = around<double>(5, 1e-3, 1000);
        numbers[place] = 1e6;
        const ColumnMoments got = moments_of(numbers);
        const Slow right = slow_moments(numbers, 1, 0);
        CHECK(relative_error(got.mean[0], right.mean) <= 1e-14);
        CHECK(relative_error(got.deviation[0], right.deviation) <= 1e-13);
    }
}

TEST_CASE("many samples of one sign lose no precision") {
    std::vector<float> numbers(3'000'000);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = 16777000.0F + static_cast<float>(i % 3);
    const ColumnMoments got = moments_of(numbers);
    CHECK(got.mean[0] == 16777001);
    CHECK(relative_error(got.deviation[0], std::sqrt(2.0 / 3)) <= 1e-14);

    // In a plain sum, each addition would be rounded down by nearly half a unit.
    const double unit = std::numeric_limits<double>::epsilon();
    std::vector<double> neighbours(std::size_t{1} << 20);
    for (std::size_t i = 0; i < neighbours.size(); ++i)
        neighbours[i] = 1 + static_cast<double>((1U << 18) - 2 + i % 2) * unit;
    const ColumnMoments close = moments_of(neighbours);
    CHECK(std::abs(close.mean[0] - neighbours[0]) <= unit);
    CHECK(relative_error(close.deviation[0], unit / 2) <= 1e-12);
}

TEST_CASE("columns are distinguished, over samples and places") {
    const std::size_t columns = 3, places = 4, samples = 7;
    std::vector<float> numbers;
    Philox random(Seed{1}, 0);
    for (std::size_t i = 0; i < samples * places * columns; ++i)
        numbers.push_back(static_cast<float>(std::pow(10.0, double(i % columns)) * (2 + random.normal())));
    const ColumnMoments got = moments_of(numbers, places * columns, columns);
    const ColumnRanges ranges = ranges_of(numbers, places * columns, columns);
    REQUIRE(got.mean.size() == columns);
    for (std::size_t c = 0; c < columns; ++c) {
        const Slow right = slow_moments(numbers, columns, c);
        CHECK(relative_error(got.mean[c], right.mean) <= 1e-14);
        CHECK(relative_error(got.deviation[c], right.deviation) <= 1e-13);
        double least = numbers[c], most = numbers[c];
        for (std::size_t i = c; i < numbers.size(); i += columns) {
            least = std::min<double>(least, numbers[i]);
            most = std::max<double>(most, numbers[i]);
        }
        CHECK(ranges.least[c] == least);
        CHECK(ranges.most[c] == most);
    }
}

TEST_CASE("ranges: constant, reach, spread; numbers that are not finite are reported") {
    const ColumnRanges ranges = ranges_of(std::vector<double>{-3, 5, 1, 5}, 2, 2);
    CHECK_FALSE(ranges.constant(0));
    CHECK(ranges.constant(1));
    CHECK(ranges.reach(0) == 3);
    CHECK(ranges.spread(0) == 2);
    CHECK(ranges.spread(1) == 0);
    for (const float bad : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN()})
        CHECK_THROWS_AS(ranges_of(std::vector<float>{1, 2, bad, 4}, 2, 2), std::domain_error);
}

}  // namespace train_detail_column_moments_test
