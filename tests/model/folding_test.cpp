#include <alrao/model/folding.hpp>
#include <alrao/model/predict.hpp>
#include <alrao/model/state_dict.hpp>
#include <alrao/ops/activation.hpp>
#include <alrao/ops/composition.hpp>
#include <alrao/ops/conv2d.hpp>
#include <alrao/ops/dense.hpp>
#include <alrao/ops/normalization.hpp>
#include <alrao/ops/pool2d.hpp>
#include <alrao/ops/softmax_head.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

namespace model_folding_test {

using namespace alrao;

namespace {

struct FoldedNet : Model<double, Input<7>, Dense<9, NoBias>, BatchNorm, ReLU, Repeat<2, Dense<5>, BatchNorm>,
                         BatchNorm, AveragedHead<SoftmaxClassifier<4>, 3>> {
    using Model::Model;
};

/// Convolutions with and without bias, depthwise and by Winograd transforms; branches; and a BatchNorm in a branch
/// next to a convolution but not after it, which is not folded.
struct FoldedPaths
    : Model<double, Input<8, 8, 2>, BatchNorm, Conv2d<16, Kernel<3>, Padding<1>, NoBias>, BatchNorm, ReLU,
            Residual<Conv2d<16, Kernel<3>, Padding<1>>, BatchNorm, ReLU,
                     Conv2d<16, Kernel<3>, Padding<1>, Groups<16>, NoBias>, BatchNorm>,
            ReLU,
            Residual<Conv2d<6, Kernel<3>, Stride<2>, Padding<1>>, BatchNorm,
                     Shortcut<Conv2d<6, Kernel<1>, Stride<2>, NoBias>, BatchNorm>>,
            Concat<Branch<Conv2d<3, Kernel<1>>, BatchNorm, ReLU>, Conv2d<5, Kernel<1>>,
                   Branch<BatchNorm, ReLU, Conv2d<4, Kernel<1>>>>,
            Repeat<2, Concat<Branch<>, Branch<BatchNorm, Tanh, Conv2d<3, Kernel<3>, Padding<1>>>>>,
            GlobalAveragePool2d, Dense<9>, BatchNorm, Tanh, AveragedHead<SoftmaxClassifier<4>, 3>> {
    using Model::Model;
};

/// A model in which all parameters and statistics differ from their initial values.
template <class Net = FoldedNet>
Net trained() {
    Net net(Seed{3});
    Philox random(Seed{4}, 0);
    for (const ParameterEntry& entry : Net::parameters)
        for (std::size_t row = 0; row < entry.rows; ++row)
            for (std::size_t c = 0; c < entry.features * entry.inner; ++c)
                net.parameter_buffer()[entry.offset + row * entry.columns + c] += 0.3 * random.normal();
    for (const StatisticEntry& entry : Net::statistics)
        for (std::size_t i = 0; i < entry.size; ++i)
            net.statistic_buffer()[entry.offset + i] += 0.5 * random.uniform();
    net.posterior().log_weights = {std::log(0.2), std::log(0.7), std::log(0.1)};
    return net;
}

template <class Model>
std::vector<double> predictions(const Model& net, Averaged averaged = Averaged::mixture) {
    Philox random(Seed{5}, 0);
    std::vector<double> inputs(11 * Model::input_shape.size());
    for (double& x : inputs) x = random.normal();
    Threads threads(1);
    Workspace<Model, OwnTiles<>> workspace(11, threads);
    const auto block = workspace.run(net, inputs.data(), 11, 1, averaged);
    return {block.data, block.data + block.rows * block.channels};
}

double apart(const std::vector<double>& a, const std::vector<double>& b) {
    double most = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
    return most;
}

}  // namespace

TEST_CASE("folding BatchNorm does not change predictions") {
    const FoldedNet net = trained();
    const auto folded = fold_batch_norm(net);
    CHECK(decltype(folded)::node_count == FoldedNet::node_count - 3);
    CHECK(apart(predictions(folded), predictions(net)) < 1e-14);
    CHECK(apart(predictions(folded, Averaged::best_copy), predictions(net, Averaged::best_copy)) < 1e-14);
}

TEST_CASE("a BatchNorm directly after a convolution is folded, also in branches") {
    const FoldedPaths net = trained<FoldedPaths>();
    const auto folded = fold_batch_norm(net);
    CHECK(decltype(folded)::node_count == FoldedPaths::node_count - 7);
    CHECK(apart(predictions(folded), predictions(net)) < 1e-12);
    const auto plain = fold_batch_norm(best_copy(net));
    CHECK(apart(predictions(plain), predictions(net, Averaged::best_copy)) < 1e-12);
}

TEST_CASE("best_copy predicts the same as the best copy of the head") {
    const FoldedNet net = trained();
    const auto plain = best_copy(net);
    CHECK(decltype(plain)::copies == 1);
    CHECK(predictions(plain) == predictions(net, Averaged::best_copy));
    CHECK(apart(predictions(plain), predictions(net)) > 1e-3);
    CHECK(apart(predictions(fold_batch_norm(plain)), predictions(plain)) < 1e-14);
}

TEST_CASE("best_copy also replaces a head at the end of a Branch") {
    struct Inside
        : Model<double, Input<4>, Branch<Dense<8>, ReLU, Repeat<1, AveragedHead<SoftmaxClassifier<3>, 5>>>> {
        using Model::Model;
    };
    Inside net{Seed{1}};
    net.posterior().log_weights = {-3, -3, std::log(1 - 4 * std::exp(-3)), -3, -3};
    const auto plain = best_copy(net);
    CHECK(decltype(plain)::copies == 1);
    Threads threads(1);
    const std::vector<double> x{1, -2, 0.5, 3};
    Workspace<Inside> of_all(1, threads);
    Workspace<std::remove_const_t<decltype(plain)>> of_one(1, threads);
    const Block<const double> wanted = of_all.run(net, x.data(), 1, 1, Averaged::best_copy),
                              got = of_one.run(plain, x.data(), 1);
    for (std::size_t k = 0; k < 3; ++k) CHECK(got.data[k] == wanted.data[k]);
}

TEST_CASE("a moved-from model is refused by folding, best_copy and views") {
    FoldedNet net = trained();
    const FoldedNet other = std::move(net);
    CHECK_THROWS_WITH_AS((void)fold_batch_norm(net), doctest::Contains("moved from"), ArgumentError);
    CHECK_THROWS_WITH_AS((void)best_copy(net), doctest::Contains("moved from"), ArgumentError);
    CHECK_THROWS_WITH_AS((void)state_dict(net), doctest::Contains("moved from"), ArgumentError);
    CHECK_NOTHROW((void)best_copy(other));
}

}  // namespace model_folding_test
