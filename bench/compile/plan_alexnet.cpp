// The plan of AlexNet.
#include "../../tests/graph/nets/alexnet.hpp"

static_assert(nets::AlexNet<>::parameter_count == 61'100'840);
static_assert(nets::AlexNet<>::training_elements(32) > 0);
