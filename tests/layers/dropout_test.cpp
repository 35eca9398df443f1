#include <alrao/layers/dropout.hpp>

#include <doctest/doctest.h>

namespace layers_dropout_test {

using namespace alrao;

TEST_CASE("Dropout keeps the shape and saves nothing") {
    constexpr Facts facts = Dropout<Percent<20>>::facts(image(4, 4, 2));
    static_assert(facts.output == image(4, 4, 2) && facts.elementwise && !facts.moves_nothing);
    static_assert(facts.saved == Memory{} && facts.parameters.size == 0);
    static_assert(!facts.backward_needs_input && !facts.backward_needs_output);
    CHECK(Dropout<Percent<20>>::rate == doctest::Approx(0.2));
    CHECK(Dropout<>::rate == doctest::Approx(0.5));
}

}  // namespace layers_dropout_test
