#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/dropout.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

#include <doctest/doctest.h>

#include <string_view>

namespace graph_layout_test {

using namespace alrao;
using namespace alrao::graph;

namespace {
template <class Net>
constexpr std::size_t output_storage(std::size_t leaf, bool training = true) {
    const auto& layout = training ? Net::Training::layout : Net::Prediction::layout;
    return layout.values[layout.wiring[leaf].output].storage;
}
using Same = Conv2d<4, Kernel<3>, Padding<1>>;
}  // namespace

TEST_CASE("elementwise layers work in place if the overwritten value is not needed") {
    using Net = Network<Input<8>, Dense<8>, ReLU, Dense<8>, GELU, Tanh, Sigmoid>;
    CHECK(output_storage<Net>(0) == output_storage<Net>(1));
    CHECK(output_storage<Net>(2) != output_storage<Net>(3));  // backward of GELU reads its input
    CHECK(output_storage<Net>(3) == output_storage<Net>(4));
    CHECK(output_storage<Net>(4) != output_storage<Net>(5));  // backward of Tanh reads its output
    CHECK(output_storage<Net>(2, false) == output_storage<Net>(5, false));
}

TEST_CASE("backward of BatchNorm includes its ReLU, so that the output is not kept") {
    using Net = Network<Input<4, 4, 3>, Same, BatchNorm, ReLU, AveragePool2d<2>, Same>;
    const auto& layout = Net::Training::layout;
    CHECK(layout.storages[output_storage<Net>(2)].last == 3);  // read by the pooling
    using OfDense = Network<Input<4>, Dense<3>, ReLU, Dense<3>, ReLU, Dropout<>>;
    const auto& dense = OfDense::Training::layout;
    CHECK(dense.storages[output_storage<OfDense>(3)].last > 5);  // read by backward of the ReLU
}

TEST_CASE("values between a BatchNorm and its fused pooling are not stored") {
    using Net = Network<Input<4, 6, 3>, Same, BatchNorm, ReLU, MaxPool2d<2>, Same>;
    for (const bool training : {true, false}) {
        const auto& layout = training ? Net::Training::layout : Net::Prediction::layout;
        CHECK(output_storage<Net>(1, training) == output_storage<Net>(3, training));
        const graph::Storage& pooled = layout.storages[output_storage<Net>(3, training)];
        CHECK(pooled.first == 1);
        CHECK(pooled.pixels == 2 * 3);
    }
}

TEST_CASE("branches of a Concat are parts of the joined output") {
    using Net = Network<Input<4, 4, 3>, Same, Concat<Branch<>, Same>>;
    const auto& layout = Net::Training::layout;
    const std::size_t joined = output_storage<Net>(4);
    CHECK(layout.storages[output_storage<Net>(0)].parent == joined);
    CHECK(layout.storages[output_storage<Net>(3)].parent == joined);
    CHECK(layout.storages[output_storage<Net>(3)].channel == 4);
    CHECK_FALSE(layout.wiring[2].copies_value);
    using OfInput = Network<Input<4, 4, 3>, Concat<Branch<>, Same>>;
    CHECK(OfInput::Training::layout.wiring[1].copies_value);  // the caller's memory
}

TEST_CASE("a flattened value is not a part of another one, before or after Flatten") {
    using Flat = Branch<Flatten, Dense<4>>;
    using Beside = Concat<Branch<>, Same>;
    using Before = Network<Input<4, 4, 3>, Same, Residual<Flat, Shortcut<Beside, Flat>>>;
    using After = Network<Input<4, 4, 3>, Same, Residual<Beside, Flat, Shortcut<Flat>>>;
    CHECK(Before::Training::layout.storages[output_storage<Before>(0)].parent == nothing);
    CHECK(After::Training::layout.storages[output_storage<After>(0)].parent == nothing);
    CHECK(Before::Training::layout.wiring[6].copies_value);
    CHECK(After::Training::layout.wiring[3].copies_value);
}

}  // namespace graph_layout_test
