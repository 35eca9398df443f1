#include <alrao/layers/activation.hpp>

#include <doctest/doctest.h>

namespace layers_activation_test {

using namespace alrao;

TEST_CASE_TEMPLATE("an activation keeps any shape and has no parameters", Layer, ReLU, ReLU6, LeakyReLU<>,
                   GELU, SiLU, Sigmoid, Tanh) {
    static_assert(Descriptor<Layer>);
    for (const Shape& shape : {features(7), features(7, true), image(3, 4, 5)}) {
        const Facts facts = Layer::facts(shape);
        CHECK(facts.output == shape);
        CHECK(facts.parameters.size == 0);
        CHECK(facts.elementwise);
        CHECK_FALSE(facts.moves_nothing);
        CHECK(facts.backward_needs_input != facts.backward_needs_output);
        CHECK(facts.flops >= static_cast<double>(shape.size()));
    }
}

TEST_CASE("kernel traits mark only ReLU as a ReLU; a slope is a fraction") {
    static_assert(layers::kernel_traits_of<ReLU>(features(3)).is_relu);
    static_assert(!layers::kernel_traits_of<ReLU6>(features(3)).is_relu);
    static_assert(!layers::kernel_traits_of<LeakyReLU<>>(features(3)).is_relu);
    static_assert(GELU::facts(features(3)).backward_needs_input);
    CHECK(LeakyReLU<Percent<20>>::slope == doctest::Approx(0.2));
    CHECK(LeakyReLU<>::slope == doctest::Approx(0.01));
}

}  // namespace layers_activation_test
