#include <alrao/graph/network.hpp>
#include <alrao/kernels/cblas.hpp>
#include <alrao/model/detail/execution.hpp>
#include <alrao/ops/composition.hpp>
#include <alrao/ops/conv2d.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/gaussian_head.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/pool2d.hpp>
#include <alrao/ops/softmax_head.hpp>
#include <alrao/ops/squeeze_excite.hpp>

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

namespace model_detail_execution_test {

using namespace alrao;

TEST_CASE("the workspace for a batch is large enough for all smaller batches") {
    // A wide input: the gradient of the weights, a sum over the batch, needs the largest workspace.
    const auto check = []<class Net, class Backend>(std::type_identity<Net>, Backend) {
        using Calls = CallTable<Backend, double, typename Net::leaves>;
        for (const int threads : {1, 2}) {
            const std::size_t given = Calls::largest_workspace(Net::chain.nodes, 257, 1, threads);
            std::size_t falls = 0, short_of = 0;
            for (std::size_t i = 0; i < Net::node_count; ++i) {
                std::size_t before = 0;
                for (std::size_t batch = 1; batch <= 257; ++batch) {
                    const graph::Node& node = Net::chain.nodes[i];
                    const std::size_t rows = batch * node.input.pixels();
                    const std::size_t needed = Calls::workspace[i](node, rows, threads);
                    falls += needed < before;
                    short_of += needed > given;
                    before = needed;
                }
            }
            CHECK(falls == 0);
            CHECK(short_of == 0);
        }
    };
    using Flat = Network<Input<784>, Dense<64>, BatchNorm, LayerNorm, Dense<3>,
                         AveragedHead<SoftmaxClassifier<10>, 10>>;
    using Images = Network<Input<6, 6, 30>, Conv2d<17, Kernel<3>, Padding<1>>, BatchNorm,
                           Residual<Conv2d<17, Kernel<1>>, SqueezeExcite<600>>, MaxPool2d<2>,
                           Conv2d<34, Kernel<3>, Stride<2>, Groups<17>>, GlobalAveragePool2d,
                           AveragedHead<GaussianRegressor<2>, 3>>;
    const auto all = [&](auto backend) {
        check(std::type_identity<Flat>{}, backend);
        check(std::type_identity<Images>{}, backend);
    };
    all(OwnTiles<>{});
    all(Exact<OwnTiles<>>{});
    if constexpr (blas::available) all(Cblas<>{});
}

namespace {
/// A user's layer y = w x, which does not report magnitudes.
struct Twice {
    static constexpr Facts facts(const Shape& input) {
        Facts facts = Facts::same_shape(input);
        facts.parameters.push(
            {.name = "factor", .extents = Extents{input.channels()}, .role = Role::scale, .feature_axis = 0});
        return facts;
    }
    template <class T>
    static void forward(Context<T>& c) {
        for (std::size_t i = 0; i < c.input.channels; ++i)
            c.output.data[i] = c.parameter[0].value[i] * c.input.data[i];
    }
    template <class T>
    static void backward(Context<T>& c) {
        for (std::size_t i = 0; i < c.input.channels; ++i)
            c.parameter[0].gradient[i] = c.output_gradient.data[i] * c.input.data[i];
    }
};
}  // namespace

TEST_CASE("magnitudes that a layer does not report are computed, but only if they are needed") {
    using Calls = CallTable<OwnTiles<>, double, meta::List<Twice>>;
    graph::Node node{.input = features(2), .facts = Twice::facts(features(2))};
    Threads threads(1);
    const std::vector<double> x{3, -4}, factor{2, 1}, dy{1, -1};
    std::vector<double> y(2), gradient(2), outputs(2), gradients(2);
    Context<double> context;
    context.node = &node;
    context.threads = &threads;
    context.input = {x.data(), 1, 2, 2};
    context.output = {y.data(), 1, 2, 2};
    context.output_gradient = {dy.data(), 1, 2, 2};
    context.parameter[0] = {factor.data(), gradient.data(), nullptr, 1, 2};
    Calls::forward[0](context);
    Calls::backward[0](context);  // not needed: null pointers are not written to
    CHECK(y == std::vector<double>{6, -4});
    context.output_magnitude = outputs.data();
    context.parameter[0].gradient_magnitude = gradients.data();
    Calls::forward[0](context);
    Calls::backward[0](context);
    CHECK(outputs == std::vector<double>{6, 4});
    CHECK(gradient == std::vector<double>{3, 4});
    CHECK(gradients == std::vector<double>{3, 4});
}

}  // namespace model_detail_execution_test
