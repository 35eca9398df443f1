#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/model/placement.hpp>
#include <alrao/tensor/memory.hpp>

#include <doctest/doctest.h>

using namespace alrao;

namespace {
using Net = Network<Input<2, 3, 2>, LayerNorm, Flatten, Dense<5>, ReLU, SoftmaxClassifier<3>>;
constexpr const auto& places = placement<Net, Net::Training>;
}  // namespace

TEST_CASE("the input is the caller's memory, and has no gradient") {
    static_assert(places[0].input.external && !places[0].input_gradient.present);
    const float x[24] = {};
    const Arena<float> arena{.input = x, .batch = 2};
    const Block<const float> block = arena.read(places[0].input, Net::input_shape);
    CHECK(block.data == x);
    CHECK(block.rows == 12);
    CHECK(block.channels == 2);
}

TEST_CASE("a view shares memory; a ReLU behind a product is done by it; a head learns") {
    static_assert(places[1].input.offset == places[1].output.offset);
    static_assert(places[2].ends_with_relu && places[3].done_by_previous);
    static_assert(places[4].learns && !places[4].output_gradient.present);
    static_assert(places[2].parameter == 2 && places[4].parameter == 4);
}

TEST_CASE("zones follow each other; all addresses are multiples of 16 elements") {
    AlignedBuffer<float> memory(Net::training_elements(3));
    const Arena<float> arena{memory.data(), nullptr, 3, 1, Net::Training::plan.memory};
    for (const NodePlaces& node : places)
        for (const Place* place : {&node.output, &node.saved[0], &node.saved[1], &node.saved[2],
                                   &node.forward_scratch[2], &node.output_gradient})
            if (place->present && !place->external) {
                const float* at = arena.address(*place);
                CHECK((at - memory.data()) % 16 == 0);
                CHECK(at < memory.data() + memory.size());
            }
    CHECK(arena.address(Place{}) == nullptr);
}
