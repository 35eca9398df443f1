#include <alrao/layers/conv2d.hpp>

#include <doctest/doctest.h>

namespace layers_conv2d_test {

using namespace alrao;

TEST_CASE("shapes and parameters of a convolution") {
    constexpr Facts facts = Conv2d<64, Kernel<3, 5>, Stride<2>, Padding<1, 2>>::facts(image(32, 31, 3));
    static_assert(facts.output == image(16, 16, 64));
    static_assert(facts.parameters.size == 2);
    static_assert(facts.parameters[0].extents == Extents{3, 5, 3, 64});
    static_assert(facts.parameters[0].feature_axis == 3 && facts.parameters[1].feature_axis == 0);
    static_assert(facts.parameters[0].group == facts.parameters[1].group);
    static_assert(facts.parameters[0].fan_in == 45);
    CHECK(facts.flops == 16 * 16 * 64 * (2 * 45 + 1));
}

TEST_CASE("the number of groups must divide the input's channels") {
    constexpr Facts depthwise = Conv2d<6, Kernel<3>, Groups<6>, NoBias>::facts(image(5, 5, 6));
    static_assert(depthwise.parameters.size == 1);
    static_assert(depthwise.parameters[0].extents == Extents{3, 3, 1, 6});
    static_assert(depthwise.output == image(3, 3, 6));
    CHECK(depthwise.parameters[0].fan_in == 9);
    CHECK(Conv2d<6, Kernel<3>, Groups<3>>::facts(image(5, 5, 4)).refusal.reason ==
          Reason::needs_groups_that_divide_input_channels);
}

}  // namespace layers_conv2d_test
