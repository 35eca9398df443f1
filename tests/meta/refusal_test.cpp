#include <alrao/meta/refusal.hpp>

#include <doctest/doctest.h>
#include <type_traits>

namespace meta_refusal_test {

using namespace alrao;

TEST_CASE("layer_refuses_its_input compiles for an accepted network") {
    using Accepted = layer_refuses_its_input<true, at_layer<0>, described_by<int>, receives<shape<4>>,
                                             needs<Reason::none>>;
    static_assert(sizeof(Accepted) == 1);
    CHECK(sizeof(Accepted) == 1);
}

TEST_CASE("different reasons, and different numbers of one reason, are different types") {
    static_assert(Reason::none != Reason::needs_flat_input_use_Flatten);
    CHECK(!std::is_same_v<needs<Reason::none, 1>, needs<Reason::none, 2>>);
}

}  // namespace meta_refusal_test
