#include "../layers/nets/mobilenet_v2.hpp"

#include "one_step.hpp"

TEST_CASE("MobileNetV2 trains") {
    networks::check_two_steps<nets::MobileNetV2<networks::Copies<10>>>();
}
