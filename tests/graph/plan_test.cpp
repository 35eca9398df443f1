#include "nets/alexnet.hpp"
#include "nets/densenet121.hpp"
#include "nets/lstm.hpp"
#include "nets/resnet50.hpp"
#include "plan_checker.hpp"
#include "random_chain.hpp"

#include <alrao/graph/network.hpp>
#include <alrao/zoo/googlenet.hpp>
#include <alrao/zoo/mobilenet_v2.hpp>
#include <alrao/zoo/resnet18.hpp>
#include <alrao/zoo/senet18.hpp>
#include <alrao/zoo/vgg.hpp>

#include <doctest/doctest.h>

namespace graph_plan_test {

using namespace alrao;

TEST_CASE_TEMPLATE("no call of a predefined network finds its operands overwritten", Net, zoo::VGG19<>,
                   zoo::GoogLeNet<>, zoo::MobileNetV2<>, zoo::ResNet18<>, zoo::SENet18<>, nets::ResNet50<>,
                   nets::DenseNet121<>, nets::AlexNet<>, nets::CharacterLSTM<>) {
    CHECK(plan_checker::faults_of<Net>() == "");
}

TEST_CASE_TEMPLATE("a plan needs little more memory than its lower bound", Net, zoo::VGG19<>,
                   zoo::GoogLeNet<>, zoo::MobileNetV2<>, zoo::ResNet18<>, zoo::SENet18<>, nets::ResNet50<>,
                   nets::DenseNet121<>, nets::AlexNet<>, nets::CharacterLSTM<>) {
    const auto slack = [](const auto& layout, const auto& plan) {
        plan_checker::Checker<Net::node_count> checker(Net::fused, layout, plan);
        REQUIRE(checker.faults().empty());
        const double needed =
            static_cast<double>(checker.peak(graph::Zone::token) + checker.peak(graph::Zone::sample));
        return static_cast<double>(plan.memory.per_token + plan.memory.per_sample) / needed;
    };
    const double training = slack(Net::Training::layout, Net::Training::plan);
    const double prediction = slack(Net::Prediction::layout, Net::Prediction::plan);
    INFO("memory relative to the lower bound: training " << training << ", prediction " << prediction);
    CHECK(training < 1.25);
    CHECK(prediction < 1.5);
}

namespace {
template <class... Layers>
using After = Network<Input<4, 4, 3>, Conv2d<4, Kernel<1>>, Layers..., Flatten, SoftmaxClassifier<2>>;
using Same = Conv2d<4, Kernel<3>, Padding<1>>;
using Beside = Concat<Branch<>, Same>;
template <std::size_t Units>
using Flat = Branch<Flatten, Dense<Units>>;
}  // namespace

// Compositions for which a simple planner would overwrite memory that is still needed.
TEST_CASE_TEMPLATE("no call of a difficult composition finds its operands overwritten", Net,
                   After<Beside, ReLU>,                            // the identity is a part
                   After<Concat<Branch<Same, Tanh>, Same>, ReLU>,  // a part is kept
                   After<Concat<Branch<Same, Tanh>, Branch<Same, ReLU>>, Dropout<>>,
                   After<Concat<Beside, Same>, ReLU>,  // a part of a part
                   After<Concat<Same>, ReLU>, After<Concat<Branch<>>, ReLU>, After<Residual<Same>, Dropout<>>,
                   After<Residual<Same, Tanh>, Dropout<>>, After<Residual<ReLU>>, After<Residual<ReLU, Same>>,
                   After<Residual<Dropout<>>>,
                   After<Residual<Shortcut<Same>>, ReLU>,  // the input is a summand
                   After<Residual<Concat<Branch<>, Same>, Same>, ReLU>,
                   After<Residual<Concat<Branch<Same, Tanh>, Same>, Shortcut<Conv2d<8, Kernel<1>>>>>,
                   After<Residual<Residual<Beside, Same>, Same>>, After<Concat<Flatten, GlobalAveragePool2d>>,
                   After<Concat<Flat<4>, Branch<Beside, Flatten>>>,  // flattened, then a part
                   After<Concat<Branch<Beside, Flatten>, Flat<4>>>,  // a part, then flattened
                   After<Concat<Branch<Beside, Flatten>, Flatten>>,
                   After<Residual<Flat<4>, Shortcut<Beside, Flat<4>>>>,
                   After<Residual<Beside, Flat<4>, Shortcut<Flat<4>>>>,
                   After<Concat<Branch<Beside, ReLU, Flat<4>>, Flat<4>>>,
                   Network<Input<4, 4, 3>, Beside, ReLU, Flatten>,  // the input belongs to the caller
                   Network<Input<8>, ReLU, Residual<ReLU>, Dropout<>, Concat<Branch<>, Dense<3>>>,
                   Network<Input<8>, Dense<8>, Residual<ReLU, Dense<8>, ReLU>, ReLU>,
                   Network<Input<8>, Dense<8>, ReLU, Concat<ReLU, Branch<>, Branch<Dense<3>, ReLU>>>) {
    static_assert(Net::accepted);
    CHECK(plan_checker::faults_of<Net>() == "");
}

TEST_CASE("no call of a random composition finds its operands overwritten") {
    constexpr std::size_t count = 40;
    std::size_t checked = 0, forks = 0;
    for (std::uint64_t seed = 0; checked < 3000; ++seed) {
        REQUIRE(seed < 50'000);
        std::array<graph::LeafTable, count> leaves{};
        const Shape input = seed % 4 == 0 ? features(24) : image(4, 4, seed % 2 == 0 ? 4 : 24);
        if (!random_chain::random_leaves(seed, input, leaves)) continue;
        const auto chain = graph::walk<count>(input, leaves, std::array<Path, count>{});
        INFO("seed ", seed);
        if (chain.refusal.reason == Reason::needs_only_one_branch_without_layers) continue;
        REQUIRE(chain.accepted());
        for (const bool training : {true, false}) {
            const std::string faults = plan_checker::faults_of(chain, training);
            INFO("training ", training);
            CHECK(faults == "");
            if (faults != "") return;
        }
        for (const graph::LeafTable& leaf : leaves) forks += leaf.mark == graph::Mark::fork;
        ++checked;
    }
    INFO(checked << " compositions with " << forks << " forks");
    CHECK(forks > 2 * checked);
}

}  // namespace graph_plan_test
