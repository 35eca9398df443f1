// The plan of a deep network with branches: 425 layers.
#include "../../tests/graph/nets/densenet121.hpp"

static_assert(nets::DenseNet121<>::parameter_count == 7'978'856);
static_assert(nets::DenseNet121<>::training_elements(32) > 0);
