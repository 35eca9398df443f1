#include <alrao/layers/embedding.hpp>

#include <doctest/doctest.h>

namespace layers_embedding_test {

using namespace alrao;

TEST_CASE("an Embedding has one feature per dimension") {
    constexpr Facts facts = Embedding<50, 16>::facts(features(1, true));
    static_assert(facts.output == features(16, true) && facts.needs_to_be_first);
    static_assert(facts.parameters[0].extents == Extents{50, 16} && facts.parameters[0].feature_axis == 1);
    CHECK(Embedding<50, 16>::facts(features(1)).refusal.reason == Reason::needs_tokens_as_input);
}

}  // namespace layers_embedding_test
