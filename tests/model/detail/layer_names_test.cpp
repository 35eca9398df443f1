#include <alrao/model/detail/layer_names.hpp>

#include <alrao/layers/activation.hpp>
#include <alrao/layers/composition.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/dropout.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/pool2d.hpp>
#include <alrao/model/model.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace model_detail_layer_names_test {

using namespace alrao;

namespace {

/// A layer from outside the library.
struct Doubled {
    static constexpr std::string_view name = "Doubled";
    static constexpr double slope = 2;
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
};

struct NamedNet
    : Model<Input<8, 8, 2>, Residual<Conv2d<2, Kernel<3>, Padding<1>>, LeakyReLU<>>, MaxPool2d<2, Stride<1>>,
            Flatten, Dropout<Percent<20>>, Doubled, AveragedHead<SoftmaxClassifier<3>, 4>> {
    using Model::Model;
};

}  // namespace

TEST_CASE("layer_names has path, name and options of each layer") {
    const std::vector<std::string> names = layer_names<NamedNet>();
    REQUIRE(names.size() == NamedNet::node_count);
    const auto named = [&](const char* text) {
        return std::find(names.begin(), names.end(), text) != names.end();
    };
    CHECK(named("0.0 Conv2d kernel 3x3 stride 1x1 padding 1x1 dilation 1x1 groups 1"));
    CHECK(named("0.1 LeakyReLU slope 0.01"));
    CHECK(named("1 MaxPool2d kernel 2x2 stride 1x1 padding 0x0 dilation 1x1 groups 1"));
    CHECK(named("2 Flatten"));
    CHECK(named("3 Dropout rate 0.2"));
    CHECK(named("4 Doubled slope 2"));
    CHECK(named("5 AveragedHead of SoftmaxClassifier"));
}

}  // namespace model_detail_layer_names_test
