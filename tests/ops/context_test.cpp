#include <alrao/ops/context.hpp>

#include <doctest/doctest.h>

namespace ops_context_test {

using namespace alrao;

TEST_CASE("rows of a block are one stride apart") {
    float x[20] = {};
    const Block<float> block{x, 3, 2, 7};
    CHECK(block.row(2) == x + 14);
    CHECK(block.matrix().stride == 7);
    CHECK(block.extent().rows == 3);
    CHECK(block.extent().columns == 2);
    CHECK(block);
    CHECK_FALSE(Block<float>{});
    const Block<const float> read = block;
    CHECK(read.row(1) == x + 7);
}

TEST_CASE("saved_per_value is per token for sequences, else per sample") {
    float token = 0, sample = 0;
    graph::Node node;
    Context<float> context;
    context.node = &node;
    context.saved = {&token, &sample, nullptr};
    node.input = features(3, true);
    CHECK(context.saved_per_value() == &token);
    node.input = features(3);
    CHECK(context.saved_per_value() == &sample);
}

}  // namespace ops_context_test
