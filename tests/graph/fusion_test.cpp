#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/layers/pool2d.hpp>

#include <doctest/doctest.h>

using namespace alrao;
using namespace alrao::graph;

namespace fusion_test {

using Same = Conv2d<4, Kernel<3>, Padding<1>>;

TEST_CASE("a ReLU after a Dense is fused") {
    using Net = Network<Input<8>, Dense<8>, ReLU, Tanh, ReLU>;
    CHECK(Net::fused.fused[0].relu);
    CHECK(Net::fused.fused[1].forward_elsewhere);
    CHECK_FALSE(Net::fused.fused[1].backward_elsewhere);
    CHECK_FALSE(Net::fused.fused[3].forward_elsewhere);
}

TEST_CASE(
    "a ReLU after a convolution, a BatchNorm or a sum is fused, unless another layer reads the value between") {
    using Net = Network<Input<4, 4, 3>, Same, ReLU, BatchNorm, ReLU, Residual<Same>, ReLU, Same, BatchNorm,
                        Residual<ReLU, Same>>;
    const auto& fused = Net::fused.fused;
    CHECK(fused[1].forward_elsewhere);
    CHECK(fused[3].forward_elsewhere);
    CHECK(fused[3].backward_elsewhere);
    REQUIRE(Net::chain.nodes[7].mark == Mark::add);
    CHECK(fused[7].relu);
    CHECK(fused[8].forward_elsewhere);
    REQUIRE(Net::chain.nodes[12].kernel.is_relu);
    CHECK_FALSE(fused[12].forward_elsewhere);  // the identity reads the input of the ReLU
}

TEST_CASE("a max pooling is fused with BatchNorm if its windows are disjoint") {
    using Net =
        Network<Input<4, 6, 3>, Same, BatchNorm, ReLU, MaxPool2d<2>, Same, BatchNorm, MaxPool2d<1>, BatchNorm,
                ReLU, MaxPool2d<2, Stride<1>>, BatchNorm, Tanh, MaxPool2d<1>, MaxPool2d<1>>;
    const auto& fused = Net::fused.fused;
    CHECK(fused[1].pooling);
    CHECK(fused[1].relu);
    CHECK((fused[2].forward_elsewhere && fused[2].backward_elsewhere));
    CHECK((fused[3].forward_elsewhere && fused[3].backward_elsewhere));
    CHECK(Net::fused.nodes[1].facts.output == image(2, 3, 4));
    CHECK(Net::fused.nodes[1].input == image(4, 6, 4));
    CHECK(fused[5].pooling);
    CHECK_FALSE(fused[7].pooling);             // the windows overlap
    CHECK_FALSE(fused[10].pooling);            // Tanh is between
    CHECK_FALSE(fused[13].forward_elsewhere);  // a pooling does not include the next one
    using Rest = Network<Input<5, 4, 3>, BatchNorm, ReLU, MaxPool2d<2>>;
    CHECK_FALSE(Rest::fused.fused[0].pooling);  // the last row is in no window
    using Shared = Network<Input<4, 4, 3>, Same, BatchNorm, ReLU, Concat<MaxPool2d<2>, MaxPool2d<2>>>;
    CHECK_FALSE(Shared::fused.fused[1].pooling);  // two layers read the value
}

struct OwnNorm {
    static constexpr std::string_view name = "OwnNorm";
    static constexpr Facts facts(const Shape& input) { return BatchNorm::facts(input); }
};
struct OwnPool {
    static constexpr std::string_view name = "OwnPool";
    static constexpr Facts facts(const Shape& input) { return MaxPool2d<2>::facts(input); }
};

TEST_CASE("a layer with the facts of another layer but without kernel traits is not fused") {
    using Net = Network<Input<4, 4, 3>, Same, OwnNorm, MaxPool2d<2>, Same, BatchNorm, OwnPool>;
    for (const Fused& fused : Net::fused.fused) CHECK_FALSE(fused.pooling);
    CHECK_FALSE(Net::fused.fused[0].writes_statistics);
    CHECK(Net::fused.fused[3].writes_statistics);
    CHECK(Net::fused.fused[4].reads_statistics);
    const auto& layout = Net::Training::layout;
    CHECK(layout.values[layout.wiring[1].input].gradient != layout.values[layout.wiring[1].output].gradient);
}

struct OwnScale {  // can include a following ReLU
    static constexpr std::string_view name = "OwnScale";
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
    static constexpr KernelTraits kernel_traits(const Shape&) { return {.ends_with_relu = true}; }
};
struct OwnKeeper : OwnScale {  // cannot, because its backward reads its output
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.backward_needs_output = true;
        return facts;
    }
};

TEST_CASE("a user's layer with kernel traits includes a ReLU") {
    CHECK(Network<Input<8>, OwnScale, ReLU>::fused.fused[0].relu);
    CHECK_FALSE(Network<Input<8>, OwnKeeper, ReLU>::fused.fused[0].relu);
}

}  // namespace fusion_test
