#pragma once

// The networks of cifar10. For each network and width, Meson generates a translation unit from cifar10_net.cpp.in.

#include "training.hpp"

#include <cstddef>
#include <vector>

namespace experiments {

struct ZooNetwork {
    const char* name;
    std::size_t width, parameters;  // parameters: with one copy of the last layer
    Result (*run)(const Settings&, const Images&, std::uint64_t seed);
};

/// The networks that were compiled into the program.
std::vector<ZooNetwork> zoo_networks();

}  // namespace experiments
