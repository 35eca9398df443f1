#include <alrao/layers/flatten.hpp>

#include <doctest/doctest.h>

namespace layers_flatten_test {

using namespace alrao;

TEST_CASE("Flatten copies nothing") {
    constexpr Facts facts = Flatten::facts(image(7, 5, 3));
    static_assert(facts.output == features(105) && facts.moves_nothing && facts.elementwise);
    static_assert(Flatten::facts(features(4, true)).output == features(4, true));
    CHECK(facts.flops == 0);
}

}  // namespace layers_flatten_test
