#include <alrao/zoo/mobilenet_v2.hpp>

#include "one_step.hpp"

using namespace alrao;

static_assert(zoo::MobileNetV2<>::parameter_count == 2'296'922);
static_assert(zoo::MobileNetV2<zoo_test::Averaged>::parameter_count == 2'412'212);
static_assert(zoo::MobileNetV2<SoftmaxClassifier<10>, 2>::output_shape == features(10));
static_assert(zoo::MobileNetV2<SoftmaxClassifier<10>, 3>::feature_count ==
              3 * zoo::MobileNetV2<>::feature_count);

TEST_CASE("MobileNetV2 learns") {
    zoo_test::learns_two_pictures<zoo::MobileNetV2<zoo_test::Averaged>>();
}
