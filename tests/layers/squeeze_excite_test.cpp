#include <alrao/layers/squeeze_excite.hpp>

#include <doctest/doctest.h>

namespace layers_squeeze_excite_test {

using namespace alrao;

TEST_CASE("SqueezeExcite keeps the shape and has two groups of features") {
    constexpr Facts facts = SqueezeExcite<4>::facts(image(8, 6, 64));
    static_assert(facts.output == image(8, 6, 64));
    static_assert(facts.parameters.size == 4);
    static_assert(facts.parameters[0].extents == Extents{64, 4});
    static_assert(facts.parameters[1].extents == Extents{4});
    static_assert(facts.parameters[2].extents == Extents{4, 64});
    static_assert(facts.parameters[3].extents == Extents{64});
    static_assert(facts.parameters[0].group == facts.parameters[1].group);
    static_assert(facts.parameters[1].group != facts.parameters[2].group);
    static_assert(facts.parameters[2].group == facts.parameters[3].group);
    static_assert(facts.saved.per_sample == 64 + 4 + 64);
    static_assert(facts.backward_needs_input);
}

TEST_CASE("SqueezeExcite refuses inputs other than images") {
    static_assert(SqueezeExcite<4>::facts(features(64)).refusal.reason ==
                  Reason::needs_image_height_width_channels);
}

}  // namespace layers_squeeze_excite_test
