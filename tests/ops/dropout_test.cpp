#include "../laws/layer_table.hpp"

#include <alrao/ops/dropout.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace ops_dropout_test {

using namespace alrao;
using alrao::laws::LoneLayer;

namespace {
using Layer = LoneLayer<Dropout<Percent<30>>, OwnTiles<>, double>;
void ones(Layer& layer) {
    for (double& x : layer.input.span()) x = 1;
    for (double& x : layer.output_gradient.span()) x = 1;
}
}  // namespace

TEST_CASE("the given fraction of values is set to 0 and the others are scaled; gradients likewise") {
    Layer layer(features(100), 500);
    ones(layer);
    layer.forward();
    layer.backward();
    std::size_t dropped = 0;
    for (const double y : layer.output.span()) {
        dropped += y == 0;
        if (y != 0) CHECK(y == 1 / (1 - 0.3));
    }
    const double expected = 0.3 * 50000, deviation = std::sqrt(50000 * 0.3 * 0.7);
    CHECK(std::abs(static_cast<double>(dropped) - expected) < 5 * deviation);
    CHECK(std::equal(layer.output.data(), layer.output.data() + layer.output.size(),
                     layer.input_gradient.data()));
}

TEST_CASE("equal seeds give equal masks, different seeds different ones; prediction changes nothing") {
    Layer a(features(64), 10), b(features(64), 10);
    ones(a);
    ones(b);
    a.forward();
    b.forward();
    CHECK(std::equal(a.output.data(), a.output.data() + 640, b.output.data()));
    b.seed = Seed{8};
    b.forward();
    CHECK_FALSE(std::equal(a.output.data(), a.output.data() + 640, b.output.data()));
    b.training = false;
    b.forward();
    CHECK(std::equal(b.input.data(), b.input.data() + 640, b.output.data()));
}

}  // namespace ops_dropout_test
