#include <alrao/graph/network.hpp>
#include <alrao/graph/refusal.hpp>
#include <alrao/layers/dense.hpp>

#include <doctest/doctest.h>
#include <type_traits>

namespace graph_refusal_test {

using namespace alrao;

TEST_CASE("the values of a refusal become template arguments") {
    using Flow = graph::Flow<Input<4, 4, 2>, Branch<Dense<3>>>;
    static_assert(!Flow::chain.accepted());
    using Expected =
        layer_refuses_its_input<false, at_layer<0, 0>, described_by<Dense<3>>, receives<shape<4, 4, 2>>,
                                needs<Reason::needs_flat_input_use_Flatten, 1, 3>>;
    static_assert(std::is_same_v<Flow::check, Expected>);
    CHECK(Flow::chain.refused_at == 0);
}

TEST_CASE("per-token inputs and ends of compositions are named in a refusal") {
    using Sum = graph::Flow<Sequence<4>, Residual<Dense<3>>>;
    using Expected =
        layer_refuses_its_input<false, at_layer<0>, the_sum_of_a_Residual, receives<per_token<shape<4>>>,
                                needs<Reason::needs_shortcut_of_the_same_shape, 3>>;
    static_assert(std::is_same_v<Sum::check, Expected>);
    CHECK(sizeof(graph::Flow<Input<4>, Dense<3>>::check) == 1);
}

}  // namespace graph_refusal_test
