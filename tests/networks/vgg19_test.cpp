#include "../layers/nets/vgg19.hpp"

#include "one_step.hpp"

TEST_CASE("VGG19 trains") {
    networks::check_two_steps<nets::VGG19<networks::Copies<10>>>();
}
