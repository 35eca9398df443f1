#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/dropout.hpp>
#include <alrao/layers/flatten.hpp>
#include <alrao/layers/network.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

#include <doctest/doctest.h>

#include <string_view>

using namespace alrao;
using namespace alrao::layers;

namespace {
template <class Net>
constexpr std::size_t output_storage(std::size_t leaf, bool training = true) {
    const auto& layout = training ? Net::Training::layout : Net::Prediction::layout;
    return layout.values[layout.wiring[leaf].output].storage;
}
using Same = Conv2d<4, Kernel<3>, Padding<1>>;
}  // namespace

TEST_CASE("elementwise layers work in place where nobody needs what they overwrite") {
    using Net = Network<Input<8>, Dense<8>, ReLU, Dense<8>, GELU, Tanh, Sigmoid>;
    CHECK(output_storage<Net>(0) == output_storage<Net>(1));
    CHECK(output_storage<Net>(2) != output_storage<Net>(3));           // GELU reads its input again
    CHECK(output_storage<Net>(3) == output_storage<Net>(4));
    CHECK(output_storage<Net>(4) != output_storage<Net>(5));           // Tanh reads its output again
    CHECK(output_storage<Net>(2, false) == output_storage<Net>(5, false));
}

TEST_CASE("a ReLU behind a Dense is done by its kernel") {
    using Net = Network<Input<8>, Dense<8>, ReLU, Tanh, ReLU>;
    CHECK(Net::Training::layout.wiring[0].ends_with_relu);
    CHECK(Net::Training::layout.wiring[1].done_by_previous);
    CHECK_FALSE(Net::Training::layout.wiring[3].done_by_previous);
}

TEST_CASE("so is one behind a convolution, a BatchNorm, a sum, unless what is between is needed") {
    using Net = Network<Input<4, 4, 3>, Same, ReLU, BatchNorm, ReLU, Residual<Same>, ReLU, Same,
                        BatchNorm, Residual<ReLU, Same>>;
    const auto& wiring = Net::Training::layout.wiring;
    CHECK(wiring[1].done_by_previous);
    CHECK(wiring[3].done_by_previous);
    REQUIRE(Net::chain.nodes[7].mark == Mark::add);
    CHECK(wiring[7].ends_with_relu);
    CHECK(wiring[8].done_by_previous);
    REQUIRE(Net::chain.nodes[12].facts.is_relu);
    CHECK_FALSE(wiring[12].done_by_previous);              // the identity needs what is before it
}

TEST_CASE("a BatchNorm differentiates its ReLU: nobody keeps the output for it") {
    using Net = Network<Input<4, 4, 3>, Same, BatchNorm, ReLU, AveragePool2d<2>, Same>;
    const auto& layout = Net::Training::layout;
    CHECK(layout.storages[output_storage<Net>(2)].last == 3);               // read by the pool
    using OfDense = Network<Input<4>, Dense<3>, ReLU, Dense<3>, ReLU, Dropout<>>;
    const auto& dense = OfDense::Training::layout;
    CHECK(dense.storages[output_storage<OfDense>(3)].last > 5);             // read by the ReLU
}

TEST_CASE("and pools, where windows cover the map once: what is between is never in memory") {
    using Net = Network<Input<4, 6, 3>, Same, BatchNorm, ReLU, MaxPool2d<2>, Same, BatchNorm, MaxPool2d<1>,
                        BatchNorm, ReLU, MaxPool2d<2, Stride<1>>, BatchNorm, Tanh, MaxPool2d<1>, MaxPool2d<1>>;
    for (const bool training : {true, false}) {
        const auto& layout = training ? Net::Training::layout : Net::Prediction::layout;
        const auto& wiring = layout.wiring;
        CHECK(wiring[1].pooling == 3);
        CHECK((wiring[2].done_by_previous && wiring[3].done_by_previous));
        CHECK(wiring[5].pooling == 6);
        CHECK(wiring[7].pooling == nothing);                   // windows overlap
        CHECK(wiring[10].pooling == nothing);                  // Tanh is between
        CHECK_FALSE(wiring[13].done_by_previous);              // nor does one pooling do the next
        CHECK((!training || !layout.storages[output_storage<Net>(1)].used()));
        CHECK(layout.storages[output_storage<Net>(3, training)].first == 1);
    }
    using Rest = Network<Input<5, 4, 3>, BatchNorm, ReLU, MaxPool2d<2>>;
    CHECK(Rest::Training::layout.wiring[0].pooling == nothing);            // a line is in no window
    using Shared = Network<Input<4, 4, 3>, Same, BatchNorm, ReLU, Concat<MaxPool2d<2>, MaxPool2d<2>>>;
    CHECK(Shared::Training::layout.wiring[1].pooling == nothing);          // two read it
}

namespace {
struct OwnNorm {
    static constexpr std::string_view name = "OwnNorm";
    static constexpr Facts facts(const Shape& input) { return BatchNorm::facts(input); }
};
struct OwnPool {
    static constexpr std::string_view name = "OwnPool";
    static constexpr Facts facts(const Shape& input) { return MaxPool2d<2>::facts(input); }
};
}  // namespace

TEST_CASE("not with a layer of one's own that borrows facts: what it does is its own") {
    using Net = Network<Input<4, 4, 3>, Same, OwnNorm, MaxPool2d<2>, Same, BatchNorm, OwnPool>;
    const auto& layout = Net::Training::layout;
    for (const Wiring& wire : layout.wiring) CHECK(wire.pooling == nothing);
    CHECK_FALSE(layout.wiring[0].takes_pieces);
    CHECK(layout.wiring[3].takes_pieces);
    CHECK(layout.values[layout.wiring[1].input].gradient != layout.values[layout.wiring[1].output].gradient);
}

TEST_CASE("branches of a Concat lie in the joined output") {
    using Net = Network<Input<4, 4, 3>, Same, Concat<Branch<>, Same>>;
    const auto& layout = Net::Training::layout;
    const std::size_t joined = output_storage<Net>(4);
    CHECK(layout.storages[output_storage<Net>(0)].parent == joined);
    CHECK(layout.storages[output_storage<Net>(3)].parent == joined);
    CHECK(layout.storages[output_storage<Net>(3)].channel == 4);
    CHECK_FALSE(layout.wiring[2].copies_value);
    using OfInput = Network<Input<4, 4, 3>, Concat<Branch<>, Same>>;
    CHECK(OfInput::Training::layout.wiring[1].copies_value);           // the caller's memory
}

TEST_CASE("what is seen flat is no part, before or after") {
    using Flat = Branch<Flatten, Dense<4>>;
    using Beside = Concat<Branch<>, Same>;
    using Before = Network<Input<4, 4, 3>, Same, Residual<Flat, Shortcut<Beside, Flat>>>;
    using After = Network<Input<4, 4, 3>, Same, Residual<Beside, Flat, Shortcut<Flat>>>;
    CHECK(Before::Training::layout.storages[output_storage<Before>(0)].parent == nothing);
    CHECK(After::Training::layout.storages[output_storage<After>(0)].parent == nothing);
    CHECK(Before::Training::layout.wiring[6].copies_value);
    CHECK(After::Training::layout.wiring[3].copies_value);
}
