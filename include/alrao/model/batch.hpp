#pragma once

#include <alrao/kernels/head/truth.hpp>

#include <cstddef>
#include <cstdint>

namespace alrao {

/// A batch in the caller's memory, contiguous. What is per time step has the steps first: all samples of
/// one step lie together, so that a recurrent layer, which goes step by step, finds them side by side.
/// [samples] is then [time steps, samples].
template <class T>
struct Batch {
    const T* inputs = nullptr;  ///< [samples, input extents]; Tokens: whole numbers
    Truth<T> truth{};           ///< labels or targets, whichever the head compares with
    std::size_t samples = 0;
    std::size_t time_steps = 1;  ///< of each sample
};

/// Randomness of one training step: equal numbers give equal masks.
struct StepNumber {
    std::uint64_t seed = 0, step = 0;
};

}  // namespace alrao
