#include <alrao/kernels/parallel.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

namespace kernels_parallel_test {

using namespace alrao;

TEST_CASE("pieces of work cover it once, with boundaries at multiples of the granule") {
    for (const int count : {1, 2, 3}) {
        Threads threads(count);
        for (const std::size_t items : {0U, 1U, 63U, 64U, 65U, 1000U}) {
            for (const std::size_t elements : {std::size_t{10}, std::size_t{1'000'000}}) {
                std::vector<int> seen(items);
                std::atomic<int> uneven{0};
                kernels::split_work(threads, items, 64, elements, [&](std::size_t begin, std::size_t end) {
                    if (begin % 64 != 0) ++uneven;
                    for (std::size_t i = begin; i < end; ++i) ++seen[i];
                });
                REQUIRE(uneven == 0);
                for (const int times : seen) REQUIRE(times == 1);
            }
        }
    }
}

TEST_CASE("tiles cover a matrix once and do not depend on the number of threads") {
    for (const int count : {1, 2, 3}) {
        Threads threads(count);
        for (const std::size_t rows : {1U, 128U, 129U, 400U}) {
            for (const std::size_t columns : {1U, 64U, 65U, 200U}) {
                std::vector<int> seen(rows * columns);
                std::atomic<int> wrong{0};
                kernels::for_each_tile(threads, rows, columns, [&](std::size_t piece, Range r, Range c) {
                    if (r.begin != piece * kernels::piece_rows || c.begin % kernels::tile_columns != 0)
                        ++wrong;
                    if (r.size() > kernels::piece_rows || c.size() > kernels::tile_columns) ++wrong;
                    for (std::size_t i = r.begin; i < r.end; ++i) {
                        for (std::size_t j = c.begin; j < c.end; ++j) ++seen[i * columns + j];
                    }
                });
                REQUIRE(wrong == 0);
                for (const int times : seen) REQUIRE(times == 1);
            }
        }
    }
}

TEST_CASE_TEMPLATE("threads merge a maximum; NaN is kept", T, float, double) {
    Threads threads(3);
    T largest{0};
    threads.run([&](int thread) {
        for (int i = 0; i < 1000; ++i) kernels::merge_largest(largest, static_cast<T>(3 * i + thread));
    });
    CHECK(largest == T(2999));
    kernels::merge_largest(largest, std::numeric_limits<T>::quiet_NaN());
    kernels::merge_largest(largest, T(5000));
    CHECK(std::isnan(largest));
}

}  // namespace kernels_parallel_test
