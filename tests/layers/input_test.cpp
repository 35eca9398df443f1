#include <alrao/layers/input.hpp>

#include <doctest/doctest.h>

namespace layers_input_test {

using namespace alrao;

TEST_CASE("shapes of network inputs") {
    static_assert(Input<784>::shape == features(784));
    static_assert(Input<28, 20, 3>::shape == image(28, 20, 3));
    static_assert(Sequence<12>::shape == features(12, true) && Tokens::shape == features(1, true));
    static_assert(NetworkInput<Input<3>> && NetworkInput<Tokens> && !NetworkInput<int>);
    CHECK(Input<28, 20, 3>::shape.size() == 1680);
}

}  // namespace layers_input_test
