#include "../graph/nets/densenet121.hpp"

#include "one_step.hpp"

TEST_CASE("DenseNet121 trains") { networks::check_two_steps<nets::DenseNet121<networks::Copies<1000>>>(); }
