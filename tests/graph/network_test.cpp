#include "nets/alexnet.hpp"
#include "nets/densenet121.hpp"
#include "nets/lstm.hpp"
#include "nets/resnet50.hpp"

#include <alrao/graph/network.hpp>
#include <alrao/zoo/vgg.hpp>

#include <doctest/doctest.h>
#include <type_traits>

namespace graph_network_test {

using namespace alrao;

namespace {
template <std::size_t Classes, std::size_t N>
using Copies = AveragedHead<SoftmaxClassifier<Classes>, N>;
}  // namespace

static_assert(nets::ResNet50<>::parameter_count == 25'557'032);
static_assert(nets::DenseNet121<>::parameter_count == 7'978'856);
static_assert(nets::AlexNet<>::parameter_count == 61'100'840);
static_assert(nets::CharacterLSTM<>::parameter_count == 171'650);
static_assert(nets::CharacterLSTM<Copies<50, 6>>::parameter_count == 196'900);

TEST_CASE("operation counts equal published ones") {
    // Published: 4.1e9 (ResNet50), 2.9e9 (DenseNet121), 0.71e9 (AlexNet) multiply-adds.
    CHECK(nets::ResNet50<>::flops / 2 == doctest::Approx(4.1e9).epsilon(0.02));
    CHECK(nets::DenseNet121<>::flops / 2 == doctest::Approx(2.9e9).epsilon(0.03));
    CHECK(nets::AlexNet<>::flops / 2 == doctest::Approx(0.714e9).epsilon(0.02));
}

TEST_CASE("constants of a network") {
    using Net = Network<Input<784>, Dense<512>, ReLU, Dense<512>, ReLU, Copies<10, 10>>;
    static_assert(Net::input_shape == features(784) && Net::output_shape == features(10));
    static_assert(Net::copies == 10 && Net::feature_count == 1024 && Net::node_count == 5);
    static_assert(Net::accepted);
    static_assert(Net::parameter_count == 784 * 512 + 512 + 512 * 512 + 512 + 5130 * 10);
    CHECK(Net::flops == doctest::Approx(2.0 * (784 * 512 + 512 * 512 + 51200)).epsilon(0.01));
    CHECK(Net::training_flops > 2.9 * Net::flops);
}

TEST_CASE("StatedNetwork of a valid network is that Network") {
    using Stated = graph::StatedNetwork<Input<4>, Dense<3>, ReLU>;
    static_assert(std::is_same_v<Stated, Network<Input<4>, Dense<3>, ReLU>>);
    CHECK(Stated::parameter_count == 15);
}

TEST_CASE("memory grows with the batch, and prediction needs less than training") {
    using Net = zoo::VGG19<>;
    CHECK(Net::training_elements(2) - Net::training_elements(1) == Net::Training::plan.memory.per_sample);
    CHECK(3 * Net::prediction_elements(8) < Net::training_elements(8));
    using Text = nets::CharacterLSTM<>;
    CHECK(Text::training_elements(2, 70) - Text::training_elements(2, 69) ==
          2 * Text::Training::plan.memory.per_token);
    CHECK(graph::arena_elements({3, 5, 7}, 2, 10) == 3 * 20 + 5 * 2 + 7);
}

}  // namespace graph_network_test
