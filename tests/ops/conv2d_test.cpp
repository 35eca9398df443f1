#include <alrao/model/predict.hpp>
#include <alrao/ops/conv2d.hpp>

#include "../laws/layer_table.hpp"
#include <doctest/doctest.h>

#include <vector>

namespace ops_conv2d_test {

using namespace alrao;
using alrao::laws::LoneLayer;

TEST_CASE("a convolution of neighbouring differences and its gradients, computed by hand") {
    LoneLayer<Conv2d<1, Kernel<1, 2>>, OwnTiles<>, double> layer(image(1, 3, 1), 1);
    const auto set = [](auto& buffer, std::initializer_list<double> numbers) {
        REQUIRE(buffer.size() == numbers.size());
        std::copy(numbers.begin(), numbers.end(), buffer.data());
    };
    set(layer.input, {1, 4, 9});
    set(layer.values[0], {-1, 1});
    set(layer.values[1], {0.5});
    set(layer.output_gradient, {1, -2});
    layer.forward();
    CHECK(layer.output.data()[0] == 3.5);
    CHECK(layer.output.data()[1] == 5.5);
    CHECK(layer.output_magnitude.data()[0] == 5.5);
    layer.backward();
    CHECK(layer.gradients[0].data()[0] == 1 - 8);
    CHECK(layer.gradients[0].data()[1] == 4 - 18);
    CHECK(layer.gradients[1].data()[0] == -1);
    CHECK(layer.input_gradient.data()[0] == -1);
    CHECK(layer.input_gradient.data()[1] == 1 + 2);
    CHECK(layer.input_gradient.data()[2] == -2);
    CHECK(layer.magnitudes[0].data()[0] == 14);
    CHECK(layer.magnitudes[1].data()[0] == 1);
}

TEST_CASE("the workspace for a batch is large enough for all smaller batches") {
    const auto check = []<class Layer, class Backend>(std::type_identity<Layer>,
                                                      std::type_identity<Backend>) {
        graph::Node node{.input = image(14, 11, 24)};
        node.facts = Layer::facts(node.input);
        std::size_t before = 0;
        for (std::size_t batch = 1; batch < 80; ++batch) {
            const std::size_t size =
                Op<Layer>::template workspace<Backend, float>(node, batch * node.input.pixels(), 2);
            CHECK(size >= before);
            before = size;
        }
    };
    laws::for_each_type(meta::List<OwnTiles<>, Exact<OwnTiles<>>, Cblas<>>{}, [&](auto backend) {
        check(std::type_identity<Conv2d<32, Kernel<3>, Padding<1>>>{}, backend);
        check(std::type_identity<Conv2d<32, Kernel<1>>>{}, backend);
        check(std::type_identity<Conv2d<24, Kernel<3>, Stride<2>, Groups<24>>>{}, backend);
        check(std::type_identity<Conv2d<16, Kernel<5>, Stride<2>, Groups<8>>>{}, backend);
    });
}

namespace {

/// 4 x 4 maps with 16 x 16 channels: matrix products for few images, Winograd transforms for many.
struct SmallMaps : Model<Input<4, 4, 16>, Conv2d<16, Kernel<3>, Padding<1>>> {
    using Model::Model;
};

}  // namespace

TEST_CASE("with one workspace, the result for an image does not depend on the batch size") {
    constexpr std::size_t most = 8, size = 4 * 4 * 16;
    const SmallMaps net{Seed{1}};
    std::vector<float> images(most * size);
    Philox random(Seed{2}, Stream::initialization);
    for (float& x : images) x = static_cast<float>(random.normal());
    Threads threads(1);
    Workspace<SmallMaps, OwnTiles<>> workspace(most, threads);
    const auto first_of = [&](std::size_t batch) {
        const Block<const float> y = workspace.run(net, images.data(), batch);
        std::vector<float> numbers;
        for (std::size_t row = 0; row < 16; ++row)
            numbers.insert(numbers.end(), y.row(row), y.row(row) + y.channels);
        return numbers;
    };
    const std::vector<float> expected = first_of(most);
    for (std::size_t batch = 1; batch < most; ++batch) CHECK(first_of(batch) == expected);
}

}  // namespace ops_conv2d_test
