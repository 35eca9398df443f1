#pragma once

#include <alrao/tensor/backend.hpp>

#include "memory.hpp"

#include <cstddef>
#include <iostream>
#include <string>

namespace bench {

/// What a network was, to be compared with the peer's: trained numbers, and the mean loss in nats of
/// the first training step, 0 where nothing was trained.
struct Subject {
    std::size_t parameters;
    double loss = 0;
};

/// One line for bench/beside.py: the median of a step or a prediction, the most memory above what
/// the process held before, the network, the instruction set and whose the matrix products are.
inline void report(double milliseconds, double megabytes_before, const Subject& subject) {
    const bool by_blas = alrao::build_info().backend == alrao::Cblas<>::name;
    std::cout << "ms=" << milliseconds << " mb=" << peak_megabytes() - megabytes_before
              << " parameters=" << subject.parameters;
    if (subject.loss != 0) std::cout << " loss=" << subject.loss;
    std::cout << " ours=" << alrao::build_info().instruction_set << " products=" << (by_blas ? "BLAS" : "own")
              << '\n';
}

}  // namespace bench
