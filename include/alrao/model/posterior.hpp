#pragma once

#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#pragma GCC diagnostic push  // operator== compares numbers exactly, which is intended
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// The weights a_j of the N copies of a head in the averaged prediction, with the state of the averaging
/// policy, so that a resumed training run continues exactly. Weights are stored as logarithms in double; a
/// copy of weight 0 has log-weight -infinity. In a new posterior all weights are 1/N. Source: Alrao paper,
/// section 3.
struct Posterior {
    /// @throws ArgumentError if `copies` is 0
    explicit Posterior(std::size_t copies = 1)
        : log_weights(copies, -std::log(static_cast<double>(copies))),
          negligible(copies, 0),
          retired(copies, 0) {
        if (copies == 0) fail("alrao: Posterior: the number of copies must be at least 1, got 0");
    }

    std::vector<double> log_weights;  ///< [N], ln a_j
    /// State of the averaging policy, in a format that only this policy knows. Empty if the policy has no
    /// state or has not seen a batch.
    std::vector<double> memory{};
    std::string policy{};     ///< name of the policy that `memory` belongs to
    std::uint64_t steps = 0;  ///< number of batches seen
    /// [N], number of consecutive batches, up to the last one, after which the weight of the copy was
    /// negligible (see Retirement).
    std::vector<std::uint64_t> negligible;
    /// [N], number of batches after which the copy was retired: its weight is 0 and it is no longer
    /// computed. 0 if it is not retired.
    std::vector<std::uint64_t> retired;

    /// N, the number of copies.
    [[nodiscard]] std::size_t copies() const { return log_weights.size(); }

    /// The weight a_j of copy `copy`, from 0 to 1.
    [[nodiscard]] double weight(std::size_t copy) const { return std::exp(log_weights[copy]); }

    /// Number of copies that are not retired.
    [[nodiscard]] std::size_t live() const {
        std::size_t count = 0;
        for (const std::uint64_t step : retired) count += step == 0;
        return count;
    }

    /// Writes the N weights, which sum to 1, to `storage`.
    /// @throws ArgumentError if the size of `storage` is not N
    template <class T>
    void weights(std::span<T> storage) const {
        if (storage.size() != copies())
            fail("alrao: Posterior::weights: the span needs one element per copy");
        std::transform(log_weights.begin(), log_weights.end(), storage.begin(),
                       [](double log_weight) { return static_cast<T>(std::exp(log_weight)); });
    }

    /// The N weights, which sum to 1.
    [[nodiscard]] std::vector<double> weights() const {
        std::vector<double> result(copies());
        weights(std::span<double>(result));
        return result;
    }

    /// Index of the copy with the largest weight; the first one if several are equal.
    [[nodiscard]] std::size_t best() const {
        return static_cast<std::size_t>(std::max_element(log_weights.begin(), log_weights.end()) -
                                        log_weights.begin());
    }

    friend bool operator==(const Posterior&, const Posterior&) = default;
};

}  // namespace alrao

#pragma GCC diagnostic pop
