#pragma once

#include <alrao/tensor/finite.hpp>

#include <cstddef>

namespace alrao {

/// How well a batch was predicted: sums over its rows (samples, or tokens), before the update.
struct BatchLoss {
    double loss = 0;           ///< sum of weight x -ln of the averaged likelihood, in nats
    double weight = 0;         ///< sum of sample weights
    std::size_t correct = 0;   ///< classification: samples (tokens) predicted right
    double squared_error = 0;  ///< regression: sum of (error / error_unit)^2 over all outputs
    /// 1; a power of two near the targets' deviation where the squares of doubles would overflow,
    /// or be 0. Errors are in the targets' units.
    double error_unit = 1;
    std::size_t samples = 0;  ///< or tokens, if the loss is per token
    bool any_finite = true;   ///< false: for some sample no copy of the head is finite

    BatchLoss& operator+=(const BatchLoss& other) {
        loss += other.loss;
        weight += other.weight;
        correct += other.correct;
        if (is_zero(squared_error)) error_unit = other.error_unit;
        const double unit = other.error_unit / error_unit;
        squared_error += other.squared_error * (unit * unit);
        samples += other.samples;
        any_finite = any_finite && other.any_finite;
        return *this;
    }
    double mean_loss() const { return weight > 0 ? loss / weight : 0; }
    double accuracy() const {
        return samples > 0 ? static_cast<double>(correct) / static_cast<double>(samples) : 0;
    }
};

}  // namespace alrao
