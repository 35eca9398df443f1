#pragma once

#include <alrao/tensor/finite.hpp>

#include <cstddef>

namespace alrao {

/// Loss and errors of a batch, as sums over its samples, or over its tokens if the loss is per token. In
/// training it describes the model before the update.
struct BatchLoss {
    double loss = 0;           ///< sum of weight * -ln(averaged likelihood), in nats
    double weight = 0;         ///< sum of sample weights
    std::size_t correct = 0;   ///< classification: number of correctly predicted samples
    double squared_error = 0;  ///< regression: sum of (error / error_unit)^2 over all outputs
    /// Unit of errors, in units of the targets: 1, or a power of two near the deviation of the targets if
    /// squared errors would overflow or underflow in double.
    double error_unit = 1;
    std::size_t samples = 0;  ///< number of samples (or tokens)
    bool any_finite = true;   ///< false if for some sample no copy of the head has a finite likelihood

    /// Adds the sums of another batch.
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
    /// Weighted mean loss per sample (or token), in nats; 0 if all weights are 0.
    double mean_loss() const { return weight > 0 ? loss / weight : 0; }
    /// Fraction of correctly predicted samples, 0 to 1; sample weights are ignored.
    double accuracy() const {
        return samples > 0 ? static_cast<double>(correct) / static_cast<double>(samples) : 0;
    }
};

}  // namespace alrao
