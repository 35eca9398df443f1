#pragma once

#include <alrao/tensor/backend.hpp>

#include "memory.hpp"

#include <iostream>

namespace bench {

/// One line for bench/beside.py: the median of a step or a prediction, the most memory above what
/// the process held before, and the instruction set.
inline void report(double milliseconds, double megabytes_before) {
    std::cout << "ms=" << milliseconds << " mb=" << peak_megabytes() - megabytes_before
              << " ours=" << alrao::build_info().instruction_set << '\n';
}

}  // namespace bench
