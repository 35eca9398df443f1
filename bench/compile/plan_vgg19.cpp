// The plan of VGG19 for small images.
#include <alrao/zoo/vgg.hpp>

static_assert(alrao::zoo::VGG19<>::parameter_count == 20'040'522);
static_assert(alrao::zoo::VGG19<>::training_elements(32) > 0);
