#include <alrao/layers/pool2d.hpp>

#include <doctest/doctest.h>

namespace layers_pool2d_test {

using namespace alrao;

TEST_CASE("the default stride of a pooling is the extent of its window") {
    static_assert(MaxPool2d<2>::facts(image(9, 8, 3)).output == image(4, 4, 3));
    static_assert(MaxPool2d<3, Stride<1>, Padding<1>>::facts(image(9, 8, 3)).output == image(9, 8, 3));
    static_assert(AveragePool2d<3, Stride<2>>::facts(image(9, 8, 3)).output == image(4, 3, 3));
    static_assert(GlobalAveragePool2d::facts(image(9, 8, 3)).output == features(3));
    static_assert(MaxPool2d<2>::facts(image(9, 8, 3)).saved.per_sample == 48);
    static_assert(AveragePool2d<2>::facts(image(9, 8, 3)).saved == Memory{});
    CHECK(MaxPool2d<4>::facts(image(3, 8, 3)).refusal.reason == Reason::needs_window_within_padded_height);
    CHECK(GlobalAveragePool2d::facts(features(3)).refusal.reason ==
          Reason::needs_image_height_width_channels);
}

}  // namespace layers_pool2d_test
