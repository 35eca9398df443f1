#include "../graph/nets/resnet50.hpp"

#include "one_step.hpp"

TEST_CASE("ResNet50 trains") { networks::check_two_steps<nets::ResNet50<networks::Copies<1000>>>(); }
