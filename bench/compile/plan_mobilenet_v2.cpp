// The plan of MobileNetV2 for small images.
#include <alrao/zoo/mobilenet_v2.hpp>

static_assert(alrao::zoo::MobileNetV2<>::parameter_count == 2'296'922);
static_assert(alrao::zoo::MobileNetV2<>::training_elements(32) > 0);
