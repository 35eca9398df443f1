#pragma once

#include <alrao/tensor/backend.hpp>

#include "memory.hpp"

#include <cstddef>
#include <iostream>
#include <string>

namespace bench {

/// The number of parameters of a network, and the mean loss in nats of its first training step (0 if it was
/// not trained). bench/beside.py compares them with those of the peer.
struct Subject {
    std::size_t parameters;
    double loss = 0;
};

/// Prints one line for bench/beside.py: the median milliseconds of a step or a prediction; the increase of
/// the memory, from `megabytes_before` to the peak; the subject; the instruction set; and the back end of
/// matrix products.
inline void report(double milliseconds, double megabytes_before, const Subject& subject) {
    const bool by_blas = alrao::build_info().backend == alrao::Cblas<>::name;
    std::cout << "ms=" << milliseconds << " mb=" << peak_megabytes() - megabytes_before
              << " parameters=" << subject.parameters;
    if (subject.loss != 0) std::cout << " loss=" << subject.loss;
    std::cout << " ours=" << alrao::build_info().instruction_set << " products=" << (by_blas ? "BLAS" : "own")
              << '\n';
}

}  // namespace bench
