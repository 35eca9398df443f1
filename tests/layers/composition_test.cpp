#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/dense.hpp>

#include <doctest/doctest.h>

using namespace alrao;
using namespace alrao::layers;

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

TEST_CASE("a shortcut stands last") {
    static_assert(shortcut_only_last<ReLU, Shortcut<ReLU>> && shortcut_only_last<> && shortcut_only_last<ReLU>);
    static_assert(!shortcut_only_last<Shortcut<ReLU>, ReLU>);
    CHECK(!shortcut_only_last<Shortcut<>, Shortcut<>>);
}
