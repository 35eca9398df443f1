#pragma once

// The networks of fashion_mnist. Each is compiled in a translation unit of its own.

#include "training.hpp"

namespace experiments {

Result run_mlp(const Settings& settings, const Images& images, std::uint64_t seed);
Result run_mlp_bn(const Settings& settings, const Images& images, std::uint64_t seed);
Result run_cnn(const Settings& settings, const Images& images, std::uint64_t seed);

}  // namespace experiments
