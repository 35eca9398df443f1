#include <alrao/kernels/update/average.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/philox.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace kernels_update_average_test {

using namespace alrao;

TEST_CASE_TEMPLATE("average_into: the formula for each number, also on several threads", T, float, double) {
    for (const std::size_t count : {1U, 7U, 64U, 100003U}) {
        CAPTURE(count);
        Philox random(Seed{1}, count);
        std::vector<T> x(count), start(count);
        for (T& number : x) number = static_cast<T>(random.normal());
        for (T& number : start) number = static_cast<T>(random.normal());
        std::vector<T> one;
        for (const int threads_of : {1, 2, 3}) {
            Threads threads(threads_of);
            std::vector<T> average = start;
            kernels::average_into<OwnTiles<>, T>(x.data(), count, T(0.25), average.data(), threads);
            if (one.empty()) one = average;
            CHECK(average == one);
        }
        for (std::size_t i = 0; i < count; ++i)
            CHECK(static_cast<double>(one[i]) ==
                  doctest::Approx(0.75 * static_cast<double>(start[i]) + 0.25 * static_cast<double>(x[i]))
                      .epsilon(1e-6));
        Threads threads(2);
        std::vector<T> fresh(count);
        kernels::average_into<OwnTiles<>, T>(x.data(), count, T(1), fresh.data(), threads);
        CHECK(fresh == x);
    }
}

}  // namespace kernels_update_average_test
