#include "../laws/layer_table.hpp"

#include <alrao/ops/normalize.hpp>

#include <doctest/doctest.h>

namespace ops_normalize_test {

using namespace alrao;

TEST_CASE("Normalize computes (x - mean) / deviation per channel, in training and prediction") {
    laws::LoneLayer<Normalize, OwnTiles<>, double> layer(image(1, 2, 2), 1);
    const double x[] = {1, 10, 3, 30};
    std::copy(x, x + 4, layer.input.data());
    layer.statistics[0].data()[0] = 1;
    layer.statistics[0].data()[1] = 20;
    layer.statistics[1].data()[0] = 2;
    layer.statistics[1].data()[1] = 4;
    for (const bool training : {true, false}) {
        layer.training = training;
        layer.forward();
        CHECK(layer.output.data()[0] == 0);
        CHECK(layer.output.data()[1] == -2.5);
        CHECK(layer.output.data()[2] == 1);
        CHECK(layer.output.data()[3] == 2.5);
    }
}

}  // namespace ops_normalize_test
