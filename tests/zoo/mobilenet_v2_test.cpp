#include <alrao/zoo/mobilenet_v2.hpp>

#include "../networks/one_step.hpp"

using namespace alrao;
using TenCopies = AveragedHead<SoftmaxClassifier<10>, 10>;

static_assert(zoo::MobileNetV2<>::parameter_count == 2'296'922);
static_assert(zoo::MobileNetV2<TenCopies>::parameter_count == 2'412'212);
static_assert(zoo::MobileNetV2<SoftmaxClassifier<10>, 2>::output_shape == features(10));
static_assert(zoo::MobileNetV2<SoftmaxClassifier<10>, 3>::feature_count ==
              3 * zoo::MobileNetV2<>::feature_count);

TEST_CASE("MobileNetV2 learns") { networks::check_two_steps<zoo::MobileNetV2<TenCopies>::network>(); }
