#pragma once

// The networks of cifar10. Each, at each width, is a unit of its own, made of cifar10_net.cpp.in.

#include "training.hpp"

#include <cstddef>
#include <vector>

namespace examples {

struct ZooNetwork {
    const char* name;
    std::size_t width, parameters;  // with one copy of the last layer
    Result (*run)(const Settings&, const Pictures&, std::uint64_t seed);
};

/// All that were compiled.
std::vector<ZooNetwork> zoo_networks();

}  // namespace examples
