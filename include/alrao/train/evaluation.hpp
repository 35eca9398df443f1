#pragma once

#include <alrao/ops/batch_loss.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/train/task.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <ostream>
#include <string>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// The number with four digits after the point; with four significant digits below 0.001 and from 1e6 on.
[[nodiscard]] inline std::string short_text(double value) {
    std::array<char, 64> text{};
    const double size = std::abs(value);
    const bool plain = is_zero(value) || (size >= 0.001 && size < 1e6);
    const auto format = plain ? std::chars_format::fixed : std::chars_format::general;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format, 4).ptr;
    return std::string(text.data(), end);
}

/// The performance of a model on a set of samples.
struct Evaluation {
    Task task = Task::classification;  ///< determines which of accuracy and rmse is set
    double loss = 0;                   ///< mean of -ln likelihood, in nats, weighted by sample weights
    double accuracy = 0;               ///< classification: fraction of samples predicted correctly
    double rmse = 0;                   ///< regression: root mean squared error, in units of the targets
    std::size_t samples = 0;           ///< number of samples; of sequences: of tokens or time steps
    bool measured = true;              ///< false: only the loss is set, as in training on a regression

    /// The loss in bits: per character or per word, if those are the samples.
    [[nodiscard]] double bits() const { return loss / std::numbers::ln2; }
    /// The accuracy (classification) or the rmse (regression).
    [[nodiscard]] double measure() const { return task == Task::classification ? accuracy : rmse; }
    /// "accuracy" or "rmse", as `measure` returns.
    [[nodiscard]] const char* measure_name() const {
        return task == Task::classification ? "accuracy" : "rmse";
    }
    friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

/// Prints one line: "loss 0.3421, accuracy 0.8790 (10000 samples)".
inline std::ostream& operator<<(std::ostream& out, const Evaluation& e) {
    out << "loss " << short_text(e.loss);
    if (e.measured) out << ", " << e.measure_name() << ' ' << short_text(e.measure());
    return out << " (" << e.samples << (e.samples == 1 ? " sample)" : " samples)");
}

/// Computes an evaluation from sums over batches. `values`: number of targets that are compared per sample
/// (regression). If no copy of a head was finite, the loss is infinite.
[[nodiscard]] inline Evaluation evaluation_of(const BatchLoss& sums, Task task, std::size_t values) {
    Evaluation e{.task = task, .loss = sums.mean_loss(), .samples = sums.samples};
    if (!sums.any_finite) e.loss = std::numeric_limits<double>::infinity();
    if (task == Task::classification) {
        e.accuracy = sums.accuracy();
    } else if (sums.samples > 0) {
        const auto count = static_cast<double>(sums.samples * values);
        e.rmse = sums.error_unit * std::sqrt(sums.squared_error / count);
    }
    return e;
}

}  // namespace alrao

#pragma GCC diagnostic pop
