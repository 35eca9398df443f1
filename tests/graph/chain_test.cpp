#include <alrao/graph/chain.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/heads.hpp>

#include <doctest/doctest.h>

namespace graph_chain_test {

using namespace alrao;
using namespace alrao::graph;

namespace {
template <class... Leaves>
auto walked(const Shape& input) {
    constexpr std::size_t count = sizeof...(Leaves);
    return walk<count>(input, std::array<LeafTable, count>{leaf_table<Leaves>()...},
                       std::array<Path, count>{});
}
using Same = Conv2d<4, Kernel<3>, Padding<1>>;
}  // namespace

TEST_CASE("walk computes the shapes of layers and compositions") {
    const auto chain =
        walked<Same, Fork, Same, NextBranch, Add, Fork, NextBranch, Same, Join>(image(5, 5, 2));
    REQUIRE(chain.accepted());
    CHECK(chain.nodes[0].facts.output == image(5, 5, 4));
    CHECK(chain.nodes[4].facts.output == image(5, 5, 4));
    CHECK(chain.nodes[7].input == image(5, 5, 4));
    CHECK(chain.nodes[8].facts.output == image(5, 5, 8));
    CHECK(chain.nodes[8].name == "Concat");
}

TEST_CASE("a chain stops at the first refusal") {
    const auto chain = walked<ReLU, Dense<3>, Dense<4>, ReLU>(image(5, 5, 2));
    CHECK_FALSE(chain.accepted());
    CHECK(chain.refused_at == 1);
    CHECK(chain.refusal.reason == Reason::needs_flat_input_use_Flatten);
    CHECK(chain.nodes[2].name == "");
}

TEST_CASE("branches must fit; the path of the one that does not is reported") {
    using Smaller = Conv2d<4, Kernel<3>>;
    const auto second = walked<Fork, Same, NextBranch, Smaller, NextBranch, Same, Join>(image(5, 5, 2));
    CHECK(second.refused_at == 4);
    CHECK(second.nodes[4].path.place[0] == 1);
    const auto third = walked<Fork, Same, NextBranch, Same, NextBranch, Smaller, Join>(image(5, 5, 2));
    CHECK(third.refused_at == 6);
    CHECK(third.nodes[6].path.place[0] == 2);
    const auto sum = walked<Fork, Same, NextBranch, Add>(image(5, 5, 2));
    CHECK(sum.refusal.reason == Reason::needs_shortcut_of_the_same_shape);
    const auto empty = walked<Fork, NextBranch, NextBranch, Same, Join>(image(5, 5, 2));
    CHECK(empty.refusal.reason == Reason::needs_only_one_branch_without_layers);
}

TEST_CASE("a head must be last and outside of compositions") {
    CHECK(walked<SoftmaxClassifier<3>, ReLU>(features(4)).refusal.reason ==
          Reason::needs_to_be_the_last_layer);
    CHECK(walked<Fork, SoftmaxClassifier<3>, Join>(features(4)).refusal.reason ==
          Reason::needs_to_stand_outside_branches);
}

}  // namespace graph_chain_test
