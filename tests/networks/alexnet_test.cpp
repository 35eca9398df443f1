#include "../graph/nets/alexnet.hpp"

#include "one_step.hpp"

TEST_CASE("AlexNet trains") { networks::check_two_steps<nets::AlexNet<networks::Copies<1000>>>(); }
