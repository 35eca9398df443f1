#include "../laws/layer_table.hpp"

#include <alrao/ops/dense.hpp>

#include <doctest/doctest.h>

namespace ops_dense_test {

using namespace alrao;
using alrao::laws::LoneLayer;

TEST_CASE("y = x W + b and its gradients, computed by hand") {
    LoneLayer<Dense<2>, OwnTiles<>, double> layer(features(3), 1);
    const auto set = [](auto& buffer, std::initializer_list<double> numbers) {
        REQUIRE(buffer.size() == numbers.size());
        std::copy(numbers.begin(), numbers.end(), buffer.data());
    };
    set(layer.input, {1, 2, 3});
    set(layer.values[0], {1, 10, 2, 20, 3, 30});  // [in][units]
    set(layer.values[1], {0.5, -0.5});
    set(layer.output_gradient, {1, -1});
    layer.forward();
    CHECK(layer.output.data()[0] == 14.5);
    CHECK(layer.output.data()[1] == 139.5);
    layer.backward();
    CHECK(layer.gradients[0].data()[5] == -3);
    CHECK(layer.gradients[1].data()[1] == -1);
    CHECK(layer.input_gradient.data()[2] == 3 - 30);
    CHECK(layer.output_magnitude.data()[1] == 139.5);
    CHECK(layer.magnitudes[0].data()[0] == 3);
}

TEST_CASE("NoBias: no bias is added") {
    LoneLayer<Dense<2, NoBias>, OwnTiles<>, double> layer(features(3), 4);
    CHECK(layer.values.size() == 1);
    alrao::laws::fill_layer(layer, 1);
    for (double& x : layer.input.span()) x = 0;
    layer.forward();
    for (const double y : layer.output.span()) CHECK(y == 0);
}

}  // namespace ops_dense_test
