#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/model/detail/placement.hpp>
#include <alrao/tensor/memory.hpp>

#include <doctest/doctest.h>

namespace model_detail_placement_test {

using namespace alrao;

namespace {
using PlacedNet = Network<Input<2, 3, 2>, LayerNorm, Flatten, Dense<5>, ReLU, SoftmaxClassifier<3>>;
constexpr const auto& places = placement<PlacedNet, PlacedNet::Training>;
}  // namespace

TEST_CASE("the input is memory of the caller and has no gradient") {
    static_assert(places[0].input.external && !places[0].input_gradient.present);
    const float x[24] = {};
    const Arena<float> arena{.input = x, .batch = 2};
    const Block<const float> block = arena.read(places[0].input, PlacedNet::input_shape);
    CHECK(block.data == x);
    CHECK(block.rows == 12);
    CHECK(block.channels == 2);
}

TEST_CASE("a view shares memory; a ReLU after a Dense is fused; a head has a backward call") {
    static_assert(places[1].input.offset == places[1].output.offset);
    static_assert(places[2].fused.relu && places[3].fused.forward_elsewhere);
    static_assert(places[4].learns && !places[4].output_gradient.present);
    static_assert(places[2].parameter == 2 && places[4].parameter == 4);
}

TEST_CASE("zones are adjacent; all offsets are multiples of 16 elements") {
    AlignedBuffer<float> memory(PlacedNet::training_elements(3));
    const Arena<float> arena{memory.data(), nullptr, 3, 1, PlacedNet::Training::plan.memory};
    for (const NodePlaces& node : places)
        for (const Place* place : {&node.output, &node.saved.per_token, &node.saved.per_sample,
                                   &node.saved.fixed, &node.forward_scratch.fixed, &node.output_gradient})
            if (place->present && !place->external) {
                const float* at = arena.address(*place);
                CHECK((at - memory.data()) % 16 == 0);
                CHECK(at < memory.data() + memory.size());
            }
    CHECK(arena.address(Place{}) == nullptr);
}

namespace {
using Same = Conv2d<4, Kernel<3>, Padding<1>>;
using Paths =
    Network<Input<4, 4, 3>, Same, Residual<Concat<Branch<>, Same, Same>, Shortcut<Conv2d<12, Kernel<1>>>>,
            Residual<BatchNorm, ReLU>>;
constexpr const auto& path_places = placement<Paths, Paths::Training>;
constexpr const auto& branches = branch_placement<Paths, Paths::Training>;
}  // namespace

TEST_CASE("a fork and the end of its composition refer to the same branches") {
    static_assert(branches.size() == 2 + 3 + 2);
    static_assert(most_branches<Paths, Paths::Training> == 3);
    static_assert(most_branches<PlacedNet, PlacedNet::Training> == 0);
    std::size_t forks = 0, meetings = 0;
    for (std::size_t i = 0; i < Paths::node_count; ++i) {
        const graph::Mark mark = Paths::chain.nodes[i].mark;
        const NodePlaces& node = path_places[i];
        if (mark == graph::Mark::fork) {
            ++forks;
            CHECK(branches[node.branch].start_gradient.offset == node.input_gradient.offset);
        } else if (graph::meets(mark)) {
            ++meetings;
            const NodePlaces& fork = path_places[Paths::Training::layout.wiring[i].fork];
            CHECK(node.branch == fork.branch);
            CHECK(node.branches == fork.branches);
        } else {
            CHECK(node.branches == 0);
        }
    }
    CHECK(forks == 3);
    CHECK(meetings == 3);
}

TEST_CASE("branches of a Concat are adjacent in the output and read the input of the fork") {
    const BranchPlaces *first = &branches[2], *second = first + 1, *third = first + 2;
    CHECK(first->end.stride == 12);
    CHECK(second->end.offset == first->end.offset);
    CHECK(second->end.channel == first->end.channel + 4);
    CHECK(third->end.channel == first->end.channel + 8);
    CHECK(second->end_gradient.channel == first->end_gradient.channel + 4);
    CHECK(second->start_gradient.offset != first->start_gradient.offset);
    CHECK(second->start_shape == image(4, 4, 4));
}

TEST_CASE("a ReLU that is fused with BatchNorm has no backward call") {
    std::size_t done = 0;
    for (std::size_t i = 0; i < Paths::node_count; ++i)
        if (path_places[i].fused.forward_elsewhere) {
            ++done;
            CHECK_FALSE(path_places[i].learns);
        }
    CHECK(done == 1);
    CHECK(places[3].learns);  // backward of the ReLU is not fused with Dense
}

}  // namespace model_detail_placement_test
