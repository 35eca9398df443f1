#include "../golden/torch_reference.hpp"
#include "lone_layer.hpp"

#include <alrao/ops/activation.hpp>
#include <alrao/ops/conv2d.hpp>
#include <alrao/ops/gru.hpp>
#include <alrao/ops/lstm.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/pool2d.hpp>
#include <alrao/ops/squeeze_excite.hpp>
#include <alrao/tensor/backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <iterator>

using namespace alrao;
using namespace alrao::laws;

namespace {

/// Compares layers with results of an independent implementation (tests/tools/torch_golden.py).
template <std::size_t N>
void copy(const double (&from)[N], AlignedBuffer<double>& to) {
    REQUIRE(to.size() == N);
    std::copy_n(from, N, to.data());
}

template <std::size_t N>
void agrees(const AlignedBuffer<double>& got, const double (&wanted)[N]) {
    REQUIRE(got.size() == N);
    double largest = 0, worst = 0;
    for (std::size_t i = 0; i < N; ++i) largest = std::max(largest, std::abs(wanted[i]));
    for (std::size_t i = 0; i < N; ++i) {
        const double error = std::abs(got.data()[i] - wanted[i]);
        if (!(error <= worst)) worst = error;
    }
    CHECK(worst <= 1e-12 * largest);
}

template <class Golden, class Layer, class Backend>
void compare(LoneLayer<Layer, Backend, double>& layer) {
    copy(Golden::input, layer.input);
    copy(Golden::output_gradient, layer.output_gradient);
    if constexpr (requires { Golden::parameter_0; }) copy(Golden::parameter_0, layer.values[0]);
    if constexpr (requires { Golden::parameter_1; }) copy(Golden::parameter_1, layer.values[1]);
    if constexpr (requires { Golden::parameter_2; }) copy(Golden::parameter_2, layer.values[2]);
    if constexpr (requires { Golden::parameter_3; }) copy(Golden::parameter_3, layer.values[3]);
    if constexpr (requires { Golden::statistic_0; }) copy(Golden::statistic_0, layer.statistics[0]);
    if constexpr (requires { Golden::statistic_1; }) copy(Golden::statistic_1, layer.statistics[1]);
    if constexpr (requires { Golden::carried; }) copy(Golden::carried, layer.carried);
    layer.forward();
    agrees(layer.output, Golden::output);
    if constexpr (requires { Golden::carried_on; }) agrees(layer.carried_on, Golden::carried_on);
    if (!layer.training) return;
    layer.backward();
    agrees(layer.input_gradient, Golden::input_gradient);
    if constexpr (requires { Golden::gradient_0; }) agrees(layer.gradients[0], Golden::gradient_0);
    if constexpr (requires { Golden::gradient_1; }) agrees(layer.gradients[1], Golden::gradient_1);
    if constexpr (requires { Golden::gradient_2; }) agrees(layer.gradients[2], Golden::gradient_2);
    if constexpr (requires { Golden::gradient_3; }) agrees(layer.gradients[3], Golden::gradient_3);
    layer.commit();
    if constexpr (requires { Golden::committed_0; }) agrees(layer.statistics[0], Golden::committed_0);
    if constexpr (requires { Golden::committed_1; }) agrees(layer.statistics[1], Golden::committed_1);
}

template <class Layer, class Golden>
void agrees_with(const Shape& shape, bool training = true) {
    const auto on = [&]<class Backend>(Backend) {
        std::size_t steps = 1;
        if constexpr (requires { Golden::steps; }) steps = Golden::steps;
        LoneLayer<Layer, Backend, double> layer(shape, Golden::batch, steps);
        layer.training = training;
        compare<Golden>(layer);
    };
    on(DefaultBackend{});
    on(Exact<DefaultBackend>{});
}

}  // namespace

TEST_CASE("BatchNorm gives the results of PyTorch") {
    agrees_with<BatchNorm, golden::batch_norm_training>(image(3, 4, 3));
    agrees_with<BatchNorm, golden::batch_norm_evaluation>(image(3, 4, 3), false);
    agrees_with<BatchNorm, golden::batch_norm_features>(features(4));
}

TEST_CASE("LayerNorm gives the results of PyTorch") {
    agrees_with<LayerNorm, golden::layer_norm>(features(6));
}

TEST_CASE("activations give the results of PyTorch") {
    agrees_with<GELU, golden::gelu>(features(6));
    agrees_with<SiLU, golden::silu>(features(6));
    agrees_with<ReLU6, golden::relu6>(features(6));
}

TEST_CASE("Conv2d gives the results of PyTorch") {
    agrees_with<Conv2d<4, Kernel<3>, Padding<1>>, golden::conv_plain>(image(4, 5, 3));
    agrees_with<Conv2d<2, Kernel<3, 2>, Stride<2, 3>, Padding<1, 0>>, golden::conv_strided>(image(5, 5, 3));
    agrees_with<Conv2d<3, Kernel<3>, Padding<2>, Dilation<2>, NoBias>, golden::conv_dilated>(image(5, 4, 2));
    agrees_with<Conv2d<6, Kernel<3>, Padding<1>, Groups<2>>, golden::conv_grouped>(image(4, 5, 4));
    agrees_with<Conv2d<5, Kernel<3>, Stride<2>, Padding<1>, Groups<5>, NoBias>, golden::conv_depthwise>(
        image(3, 4, 5));
    agrees_with<Conv2d<3, Kernel<1>>, golden::conv_pointwise>(image(3, 2, 5));
    agrees_with<Conv2d<17, Kernel<3>, Padding<1>>, golden::conv_wide>(image(5, 6, 16));
    static_assert(kernels::winograd_applies<OwnTiles<>>(
        kernels::convolution_shape(1, 5, 6, 16, 17, Conv2d<17, Kernel<3>, Padding<1>>::window)));
}

TEST_CASE("pooling gives the results of PyTorch") {
    agrees_with<MaxPool2d<3, Stride<2>, Padding<1>>, golden::max_pool>(image(4, 5, 3));
    agrees_with<AveragePool2d<3, Stride<2>, Padding<1>>, golden::average_pool>(image(4, 5, 3));
    agrees_with<MaxPool2d<2>, golden::max_pool_2>(image(4, 5, 3));
    agrees_with<AveragePool2d<3, Stride<1, 2>>, golden::average_pool_3>(image(4, 5, 3));
    agrees_with<GlobalAveragePool2d, golden::global_average_pool>(image(3, 4, 5));
}

TEST_CASE("SqueezeExcite gives the results of PyTorch") {
    agrees_with<SqueezeExcite<2>, golden::squeeze_excite>(image(3, 5, 4));
}

TEST_CASE("LSTM and GRU give the results of PyTorch, also from a carried state") {
    agrees_with<LSTM<5>, golden::lstm>(features(3, true));
    agrees_with<GRU<5>, golden::gru>(features(3, true));
}
