#pragma once

#include "../memory.hpp"

#include <torch/torch.h>
#include <torch/version.h>

#include <iostream>
#include <string>

namespace bench {

/// Returns the number of trained parameters.
inline long parameter_count(const torch::nn::Module& net) {
    long count = 0;
    for (const auto& parameter : net.parameters()) count += parameter.numel();
    return count;
}

/// Prints one line for bench/beside.py, with the fields of bench/report.hpp and the version of libtorch.
inline void report(double milliseconds, double megabytes_before, const torch::nn::Module& net, double loss) {
    std::cout << "ms=" << milliseconds << " mb=" << peak_megabytes() - megabytes_before
              << " parameters=" << parameter_count(net);
    if (loss != 0) std::cout << " loss=" << loss;
    std::cout << " peer=libtorch-" << TORCH_VERSION << '\n';
}

}  // namespace bench
