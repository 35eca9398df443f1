#include "../laws/layer_table.hpp"

#include <alrao/ops/activation.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace ops_activation_test {

using namespace alrao;
using alrao::laws::LoneLayer;

namespace {
template <class Layer>
double at(double x) {
    LoneLayer<Layer, OwnTiles<>, double> layer(features(1), 1);
    layer.input.data()[0] = x;
    layer.forward();
    return layer.output.data()[0];
}
}  // namespace

TEST_CASE("activations have known values at known points") {
    CHECK(at<ReLU>(-2) == 0);
    CHECK(at<ReLU>(3) == 3);
    CHECK(at<ReLU6>(7) == 6);
    CHECK(at<LeakyReLU<>>(-2) == doctest::Approx(-0.02).epsilon(1e-15));
    CHECK(at<LeakyReLU<Percent<25>>>(-2) == -0.5);
    CHECK(at<GELU>(1) == doctest::Approx(0.8413447460685429).epsilon(1e-15));
    CHECK(at<SiLU>(1) == doctest::Approx(0.7310585786300049).epsilon(1e-15));
    CHECK(at<Sigmoid>(0) == 0.5);
    CHECK(at<Tanh>(0.5) == doctest::Approx(0.46211715726000975).epsilon(1e-15));
}

TEST_CASE("NaN stays NaN in every activation") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    laws::for_each_type(
        meta::List<ReLU, ReLU6, LeakyReLU<>, GELU, SiLU, Sigmoid, Tanh>{},
        [&]<class Layer>(std::type_identity<Layer>) { CHECK_FALSE(is_finite(at<Layer>(nan))); });
}

}  // namespace ops_activation_test
