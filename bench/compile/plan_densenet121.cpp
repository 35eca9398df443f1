// The plan of DenseNet121, a network of 425 layers with branches.
#include "../../tests/graph/nets/densenet121.hpp"

static_assert(nets::DenseNet121<>::parameter_count == 7'978'856);
static_assert(nets::DenseNet121<>::training_elements(32) > 0);
