// The plan of ResNet50.
#include "../../tests/graph/nets/resnet50.hpp"

static_assert(nets::ResNet50<>::parameter_count == 25'557'032);
static_assert(nets::ResNet50<>::training_elements(32) > 0);
