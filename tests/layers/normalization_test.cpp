#include <alrao/layers/normalization.hpp>

#include <doctest/doctest.h>

namespace layers_normalization_test {

using namespace alrao;

TEST_CASE_TEMPLATE("the scale and shift of a channel share one rate", Layer, BatchNorm, LayerNorm) {
    constexpr Facts facts = Layer::facts(image(4, 5, 6));
    static_assert(facts.output == image(4, 5, 6) && facts.parameters.size == 2);
    static_assert(facts.parameters[0].group == facts.parameters[1].group);
    static_assert(facts.parameters[0].official_group != facts.parameters[1].official_group);
    static_assert(facts.parameters[0].extents == Extents{6} && facts.parameters[0].feature_axis == 0);
    CHECK(facts.backward_needs_input);
}

TEST_CASE("statistics of normalisations") {
    constexpr Facts batch = BatchNorm::facts(features(5));
    static_assert(batch.statistics.size == 2 && batch.statistics[1].name == "running_variance");
    static_assert(batch.statistics[1].initial == 1 && batch.saved.fixed == 32);
    constexpr Facts layer = LayerNorm::facts(image(4, 5, 6));
    static_assert(layer.statistics.size == 0 && layer.saved.per_sample == 40);
    static_assert(LayerNorm::facts(features(6, true)).saved.per_token == 2);
    static_assert(LayerNorm::facts(features(1)).refusal);
    constexpr Facts input = Normalize::facts(image(4, 5, 3));
    static_assert(input.statistics.size == 3 && input.statistics[0].size == 3);
    CHECK(input.needs_to_be_first);
}

}  // namespace layers_normalization_test
