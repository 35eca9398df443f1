#include <alrao/graph/flat.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>

#include <doctest/doctest.h>

namespace graph_flat_test {

using namespace alrao;
using namespace alrao::graph;

namespace {
template <class... Layers>
using Leaves = meta::List<Layers...>;
}  // namespace

TEST_CASE("compositions are flat lists of leaves and marks") {
    using A = Dense<1>;
    using B = Dense<2>;
    static_assert(std::is_same_v<flat_leaves<A, Branch<B, Branch<A>>, Branch<>>, Leaves<A, B, A>>);
    static_assert(std::is_same_v<flat_leaves<Repeat<2, A, B>>, Leaves<A, B, A, B>>);
    static_assert(std::is_same_v<flat_leaves<Residual<A>>, Leaves<Fork, A, NextBranch, Add>>);
    static_assert(std::is_same_v<flat_leaves<Residual<A, Shortcut<B>>>, Leaves<Fork, A, NextBranch, B, Add>>);
    static_assert(std::is_same_v<flat_leaves<Concat<A, Branch<>, Branch<B, A>>>,
                                 Leaves<Fork, A, NextBranch, NextBranch, B, A, Join>>);
    static_assert(flat_leaves<Repeat<50, Residual<A>>>::size == 200);
    CHECK(flat_leaves<>::size == 0);
}

}  // namespace graph_flat_test
