#pragma once

// The networks of fashion_mnist, each of which is compiled apart.

#include "training.hpp"

namespace examples {

Result run_mlp(const Settings& settings, const Pictures& pictures, std::uint64_t seed);
Result run_mlp_bn(const Settings& settings, const Pictures& pictures, std::uint64_t seed);
Result run_cnn(const Settings& settings, const Pictures& pictures, std::uint64_t seed);

}  // namespace examples
