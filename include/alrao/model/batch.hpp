#pragma once

#include <alrao/kernels/head/truth.hpp>

#include <cstddef>
#include <cstdint>

namespace alrao {

/// A batch of samples in contiguous memory that the caller owns. For sequences the time step is the first
/// axis, [time steps, samples, ...], because recurrent layers process all samples of one time step together.
template <class T>
struct Batch {
    const T* inputs = nullptr;   ///< [samples, input extents]; for Tokens whole numbers
    Truth<T> truth{};            ///< labels or targets, depending on the head; empty for predictions
    std::size_t samples = 0;     ///< batch size
    std::size_t time_steps = 1;  ///< length of each sequence; 1 for other inputs
};

/// Seed and number of an optimizer step. They determine the random numbers of the step: equal values give
/// equal Dropout masks.
struct StepNumber {
    std::uint64_t seed = 0, step = 0;
};

}  // namespace alrao
