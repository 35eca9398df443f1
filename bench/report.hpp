#pragma once

#include <alrao/tensor/backend.hpp>

#include "memory.hpp"

#include <cstddef>
#include <iostream>
#include <string>

namespace bench {

/// Properties of a network that are compared with the peer's: the number of trained parameters, and the
/// mean loss in nats of the first training step; 0 if nothing was trained.
struct Subject {
    std::size_t parameters;
    double loss = 0;
};

/// Prints one line for bench/beside.py: the median time of a step or a prediction, the peak memory above
/// what the process used before, the network, the instruction set, and whether BLAS computes the matrix
/// products.
inline void report(double milliseconds, double megabytes_before, const Subject& subject) {
    const bool by_blas = alrao::build_info().backend == alrao::Cblas<>::name;
    std::cout << "ms=" << milliseconds << " mb=" << peak_megabytes() - megabytes_before
              << " parameters=" << subject.parameters;
    if (subject.loss != 0) std::cout << " loss=" << subject.loss;
    std::cout << " ours=" << alrao::build_info().instruction_set << " products=" << (by_blas ? "BLAS" : "own")
              << '\n';
}

}  // namespace bench
