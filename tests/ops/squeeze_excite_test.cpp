#include <alrao/ops/squeeze_excite.hpp>

#include "../laws/layer_table.hpp"
#include <doctest/doctest.h>

#include <cmath>

namespace ops_squeeze_excite_test {

using namespace alrao;
using alrao::laws::fill_layer;
using alrao::laws::LoneLayer;

TEST_CASE("SqueezeExcite with one reduced unit, computed by hand") {
    LoneLayer<SqueezeExcite<1>, OwnTiles<>, double> layer(image(1, 2, 2), 1);
    const auto set = [](auto& buffer, std::initializer_list<double> numbers) {
        REQUIRE(buffer.size() == numbers.size());
        std::copy(numbers.begin(), numbers.end(), buffer.data());
    };
    set(layer.input, {1, 10, 3, 30});  // means 2, 20
    set(layer.values[0], {5, -0.25});
    set(layer.values[1], {-4});  // unit: 10 - 5 - 4 = 1
    set(layer.values[2], {2, -3});
    set(layer.values[3], {0, 1});  // scores 2, -2
    layer.forward();
    const double open = 1 / (1 + std::exp(-2.0)), closed = 1 - open;
    CHECK(layer.output.data()[0] == doctest::Approx(1 * open));
    CHECK(layer.output.data()[1] == doctest::Approx(10 * closed));
    CHECK(layer.output.data()[3] == doctest::Approx(30 * closed));
    CHECK(layer.output_magnitude.data()[0] == layer.output.data()[2]);
    CHECK(layer.output_magnitude.data()[1] == layer.output.data()[3]);
}

TEST_CASE("if the reduced unit is 0, only the biases of the gates have a gradient") {
    LoneLayer<SqueezeExcite<3>, OwnTiles<>, double> layer(image(2, 2, 5), 3);
    fill_layer(layer, 1);
    for (double& b : layer.values[1].span()) b = -100;
    layer.forward();
    layer.backward();
    for (std::size_t p = 0; p < 3; ++p)
        for (const double g : layer.gradients[p].span()) CHECK(g == 0);
    for (const double g : layer.gradients[3].span()) CHECK(g != 0);
}

TEST_CASE("the workspace for a batch is large enough for all smaller batches") {
    graph::Node node{.input = image(7, 7, 600)};
    node.facts = SqueezeExcite<40>::facts(node.input);
    std::size_t before = 0;
    for (std::size_t batch = 1; batch < 700; ++batch) {
        const std::size_t size = Op<SqueezeExcite<40>>::workspace<OwnTiles<>, double>(node, batch * 49, 2);
        CHECK(size >= before);
        before = size;
    }
}

}  // namespace ops_squeeze_excite_test
