#include <alrao/kernels/elementwise/copy.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

namespace kernels_elementwise_copy_test {

using namespace alrao;

TEST_CASE_TEMPLATE("rows are copied, and elements between rows are not written", T, float, double) {
    for (const std::size_t from_gap : {0U, 2U}) {
        for (const std::size_t to_gap : {0U, 5U}) {
            for (const int count : {1, 2, 3}) {
                Threads threads(count);
                const std::size_t rows = 4000, columns = 7;
                std::vector<T> from(rows * (columns + from_gap)), to(rows * (columns + to_gap), T(-1));
                std::iota(from.begin(), from.end(), T(0));
                kernels::copy_rows<OwnTiles<>, T>({rows, columns}, {from.data(), columns + from_gap},
                                                  {to.data(), columns + to_gap}, threads);
                std::size_t wrong = 0;
                for (std::size_t r = 0; r < rows; ++r)
                    for (std::size_t c = 0; c < columns + to_gap; ++c)
                        wrong += to[r * (columns + to_gap) + c] !=
                                 (c < columns ? from[r * (columns + from_gap) + c] : T(-1));
                CHECK(wrong == 0);
            }
        }
    }
}

}  // namespace kernels_elementwise_copy_test
