#include <alrao/layers/dense.hpp>

#include <doctest/doctest.h>

namespace layers_dense_test {

using namespace alrao;

TEST_CASE("shapes and parameters of a Dense") {
    constexpr Facts facts = Dense<128>::facts(features(784));
    static_assert(facts.output == features(128));
    static_assert(facts.parameters[0].extents == Extents{784, 128} && facts.parameters[0].feature_axis == 1);
    static_assert(facts.parameters[1].extents == Extents{128} && facts.parameters[1].feature_axis == 0);
    static_assert(facts.parameters[0].group == facts.parameters[1].group);
    static_assert(Dense<128, NoBias>::facts(features(784)).parameters.size == 1);
    static_assert(Dense<8>::facts(features(4, true)).output == features(8, true));
    CHECK(facts.flops == 2 * 784 * 128 + 128);
    CHECK(Dense<8>::facts(image(2, 2, 1)).refusal.reason == Reason::needs_flat_input_use_Flatten);
}

}  // namespace layers_dense_test
