#include <alrao/ops/pool2d.hpp>

#include "../laws/layer_table.hpp"
#include <doctest/doctest.h>

namespace ops_pool2d_test {

using namespace alrao;
using alrao::laws::LoneLayer;

namespace {
template <class Layer>
void fill(Layer& layer) {
    for (std::size_t i = 0; i < layer.input.size(); ++i) layer.input.data()[i] = static_cast<double>(i % 7);
    for (double& dy : layer.output_gradient.span()) dy = 1;
}
}  // namespace

TEST_CASE("pooling treats each image of a batch separately") {
    LoneLayer<MaxPool2d<2>, OwnTiles<>, double> most(image(2, 4, 1), 2);
    fill(most);  // 0 1 2 3 / 4 5 6 0 and 1 2 3 4 / 5 6 0 1
    most.forward();
    CHECK(most.output.data()[0] == 5);
    CHECK(most.output.data()[1] == 6);
    CHECK(most.output.data()[2] == 6);
    CHECK(most.output.data()[3] == 4);
    most.backward();
    CHECK(most.input_gradient.data()[5] == 1);
    CHECK(most.input_gradient.data()[11] == 1);
    CHECK(most.input_gradient.data()[0] == 0);
    LoneLayer<AveragePool2d<2>, OwnTiles<>, double> mean(image(2, 4, 1), 2);
    fill(mean);
    mean.forward();
    CHECK(mean.output.data()[0] == 2.5);
    CHECK(mean.output.data()[3] == 2);
    mean.backward();
    CHECK(mean.input_gradient.data()[7] == 0.25);
    LoneLayer<GlobalAveragePool2d, OwnTiles<>, double> all(image(2, 4, 1), 2);
    fill(all);
    all.forward();
    CHECK(all.output.data()[0] == 21.0 / 8);
    CHECK(all.output.data()[1] == 22.0 / 8);
    all.backward();
    CHECK(all.input_gradient.data()[15] == 0.125);
}

TEST_CASE("MaxPool2d saves no positions in prediction") {
    LoneLayer<MaxPool2d<2>, OwnTiles<>, double> layer(image(4, 4, 3), 2);
    fill(layer);
    layer.training = false;
    layer.forward();
    for (const double place : layer.saved[1].span()) CHECK(!is_finite(place));  // unchanged
}

}  // namespace ops_pool2d_test
