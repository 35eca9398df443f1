#include <alrao/model/batch.hpp>

#include <doctest/doctest.h>

#include <cstdint>

namespace model_batch_test {

using namespace alrao;

TEST_CASE("a batch without labels and targets has no truth") {
    const float inputs[2] = {};
    const std::int32_t labels[2] = {};
    Batch<float> batch{.inputs = inputs, .samples = 2};
    CHECK(batch.time_steps == 1);
    CHECK_FALSE(batch.truth.given());
    batch.truth.labels = labels;
    CHECK(batch.truth.given());
}

}  // namespace model_batch_test
