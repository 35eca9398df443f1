#include "../laws/layer_table.hpp"

#include <alrao/ops/normalization.hpp>

#include <doctest/doctest.h>

namespace ops_normalization_test {

using namespace alrao;
using alrao::laws::fill_layer;
using alrao::laws::LoneLayer;

TEST_CASE("commit of BatchNorm moves the running statistics by a tenth; forward does not change them") {
    LoneLayer<BatchNorm, OwnTiles<>, double> layer(features(1), 3);
    const double x[] = {1, 2, 6};  // mean 3, unbiased variance 7
    std::copy(x, x + 3, layer.input.data());
    layer.values[0].data()[0] = 1;
    layer.forward();
    CHECK(layer.statistics[0].data()[0] == 0);
    layer.backward();
    layer.commit();
    CHECK(layer.statistics[0].data()[0] == doctest::Approx(0.3).epsilon(1e-14));
    CHECK(layer.statistics[1].data()[0] == doctest::Approx(0.9 + 0.7).epsilon(1e-14));
}

TEST_CASE("BatchNorm cannot be trained with one value per channel, but can predict with one") {
    LoneLayer<BatchNorm, OwnTiles<>, float> layer(features(4), 1);
    fill_layer(layer, 1);
    CHECK_THROWS_AS(layer.forward(), ArgumentError);
    layer.training = false;
    layer.forward();
    CHECK(is_finite(layer.output.data()[0]));
    LoneLayer<BatchNorm, OwnTiles<>, float> pixels(image(2, 1, 4), 1);  // two values
    fill_layer(pixels, 1);
    CHECK_NOTHROW(pixels.forward());
}

TEST_CASE("BatchNorm and LayerNorm stay accurate if the mean is large") {
    LoneLayer<BatchNorm, OwnTiles<>, float> batch(features(3), 1000);
    LoneLayer<LayerNorm, OwnTiles<>, float> row(features(1000), 3);
    const auto check = [](auto& layer) {
        fill_layer(layer, 1);
        for (float& x : layer.values[0].span()) x = 1;
        for (float& x : layer.values[1].span()) x = 0;
        for (float& x : layer.input.span()) x += 1000;
        layer.forward();
        double squares = 0;
        for (const float y : layer.output.span()) squares += static_cast<double>(y) * static_cast<double>(y);
        CHECK(squares / 3000 == doctest::Approx(1).epsilon(1e-3));
    };
    check(batch);
    check(row);
}

TEST_CASE("LayerNorm computes the same in training and prediction") {
    LoneLayer<LayerNorm, OwnTiles<>, float> layer(features(9), 4);
    fill_layer(layer, 1);
    layer.forward();
    const std::vector<float> training(layer.output.data(), layer.output.data() + 36);
    layer.training = false;
    layer.forward();
    CHECK(std::equal(training.begin(), training.end(), layer.output.data()));
}

}  // namespace ops_normalization_test
