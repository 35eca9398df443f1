// The plan of GoogLeNet for small images.
#include <alrao/zoo/googlenet.hpp>

static_assert(alrao::zoo::GoogLeNet<>::parameter_count == 6'166'250);
static_assert(alrao::zoo::GoogLeNet<>::training_elements(32) > 0);
