#pragma once

#include <alrao/check/layer/detail/lone_layer.hpp>

// The test bench of check_layer, under the name that tests of single layers use.

namespace alrao::laws {

using check::fill;
using check::fill_layer;
using check::LoneLayer;
using check::sample_of;

}  // namespace alrao::laws
