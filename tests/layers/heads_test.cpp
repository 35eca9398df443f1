#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>

#include <doctest/doctest.h>

namespace layers_heads_test {

using namespace alrao;

TEST_CASE("the copies of a head share one weight array, padded at its end") {
    constexpr Facts facts = AveragedHead<SoftmaxClassifier<10>, 10>::facts(features(512));
    static_assert(facts.output == features(10) && facts.copies == 10);
    static_assert(facts.parameters[0].extents == Extents{512, 10, 10});
    static_assert(facts.parameters[0].feature_axis == 1 && facts.parameters[1].feature_axis == 0);
    static_assert(facts.parameters[0].copies == 10);
    static_assert(layers::head_columns(10, 10) == 112 && layers::head_columns(1, 10) == 16);
    CHECK(facts.saved.per_sample == 2 * 112);
    CHECK(AveragedHead<SoftmaxClassifier<50>, 6>::facts(features(100, true)).saved.per_token == 2 * 304);
}

TEST_CASE("a head outside of an AveragedHead has one copy") {
    static_assert(SoftmaxClassifier<10>::facts(features(4)).copies == 1);
    static_assert(GaussianRegressor<>::facts(features(4)).output == features(1));
    static_assert(HeadClassifier<SoftmaxClassifier<3>> && HeadClassifier<GaussianRegressor<2>>);
    static_assert(!HeadClassifier<Dense<3>>);
    CHECK(SoftmaxClassifier<10>::facts(image(2, 2, 2)).refusal.reason ==
          Reason::needs_flat_input_use_Flatten);
}

}  // namespace layers_heads_test
