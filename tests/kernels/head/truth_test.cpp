#include <alrao/kernels/head/truth.hpp>

#include <doctest/doctest.h>

namespace kernels_head_truth_test {

using namespace alrao;

TEST_CASE("truth is given by labels or by targets; a row weighs 1 unless there are weights") {
    const float numbers[2] = {0.5F, 2};
    const std::int32_t labels[2] = {0, 1};
    CHECK_FALSE(Truth<float>{.weights = numbers}.given());
    CHECK(Truth<float>{.labels = labels}.given());
    CHECK(Truth<float>{.targets = numbers}.given());
    CHECK(Truth<float>{.targets = numbers}.weight(1) == 1);
    CHECK(Truth<float>{.targets = numbers, .weights = numbers}.weight(1) == 2);
}

}  // namespace kernels_head_truth_test
