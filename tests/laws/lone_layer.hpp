#pragma once

#include <alrao/check/layer/detail/lone_layer.hpp>

// What the public checks run a layer in, under the name that tests of single layers use.

namespace alrao::laws {

using check::fill;
using check::fill_layer;
using check::LoneLayer;
using check::sample_of;

}  // namespace alrao::laws
