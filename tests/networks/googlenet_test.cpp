#include "../layers/nets/googlenet.hpp"

#include "one_step.hpp"

TEST_CASE("GoogLeNet trains") {
    networks::check_two_steps<nets::GoogLeNet<networks::Copies<10>>>();
}
