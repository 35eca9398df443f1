#include <alrao/layers/gru.hpp>

#include <doctest/doctest.h>

namespace layers_gru_test {

using namespace alrao;

TEST_CASE("a GRU has one feature per unit, which includes all its gates") {
    constexpr Facts facts = GRU<100>::facts(features(60, true));
    static_assert(facts.output == features(100, true) && facts.parameters.size == 4);
    static_assert(facts.parameters[0].extents == Extents{60, 3, 100} &&
                  facts.parameters[0].feature_axis == 2);
    static_assert(facts.parameters[1].extents == Extents{100, 3, 100});
    static_assert(facts.parameters[2].extents == Extents{3, 100} && facts.parameters[3].feature_axis == 1);
    static_assert(facts.parameters[0].group == facts.parameters[3].group);
    static_assert(facts.parameters[1].official_axis == 1 && facts.parameters[1].official_group == 1);
    CHECK(facts.carried.per_sample == 100);
    CHECK(GRU<8>::facts(features(4)).refusal.reason ==
          Reason::needs_per_token_input_use_Tokens_and_Embedding);
    CHECK(GRU<8>::facts({Extents{2, 2, 3}, true}).refusal);
}

}  // namespace layers_gru_test
