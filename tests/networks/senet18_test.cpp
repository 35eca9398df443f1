#include "../layers/nets/senet18.hpp"

#include "one_step.hpp"

TEST_CASE("SENet18 trains") {
    networks::check_two_steps<nets::SENet18<networks::Copies<10>>>();
}
