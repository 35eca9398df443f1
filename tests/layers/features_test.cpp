#include <alrao/layers/conv2d.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/layers/embedding.hpp>
#include <alrao/layers/features.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/layers/normalization.hpp>

#include <doctest/doctest.h>

namespace layers_features_test {

using namespace alrao;

TEST_CASE("feature_axis_v gives the feature axis of each parameter") {
    using Picture = Input<28, 28, 6>;
    static_assert(feature_axis_v<Dense<8>, "weight", Input<4>> == 1);
    static_assert(feature_axis_v<Dense<8>, "bias", Input<4>> == 0);
    static_assert(feature_axis_v<Conv2d<8, Kernel<3>>, "weight", Picture> == 3);
    static_assert(feature_axis_v<BatchNorm, "scale", Picture> == 0);
    static_assert(feature_axis_v<LSTM<8>, "recurrent_weight", Sequence<4>> == 2);
    static_assert(feature_axis_v<LSTM<8>, "input_bias", Sequence<4>> == 1);
    static_assert(feature_axis_v<Embedding<50, 8>, "weight", Tokens> == 1);
    CHECK(feature_axis_v<AveragedHead<SoftmaxClassifier<3>, 5>, "weight", Input<4>> == 1);
}

TEST_CASE("parameters of a group share rates; each feature counts once") {
    static_assert(feature_group_v<BatchNorm, "scale", Input<4>> ==
                  feature_group_v<BatchNorm, "shift", Input<4>>);
    static_assert(feature_count_v<BatchNorm, Input<4>> == 4);
    static_assert(feature_count_v<Dense<8>, Input<4>> == 8);
    static_assert(feature_count_v<LSTM<8>, Sequence<4>> == 8);
    CHECK(feature_count_v<Conv2d<6, Kernel<3>, Groups<6>>, Input<5, 5, 6>> == 6);
}

}  // namespace layers_features_test
