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

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// What a model believes about the copies of its head: the weight of each in the averaged
/// prediction, and what the averaging policy needs to go on from here (a resumed run continues
/// exactly). Plain data, in double, in the log domain: a copy of weight 0 has log-weight -infinity.
/// A new posterior gives each of the N copies 1/N. Source: Alrao, section 3.
struct Posterior {
    /// @throws ArgumentError if `copies` is 0
    explicit Posterior(std::size_t copies = 1)
        : log_weights(copies, -std::log(static_cast<double>(copies))),
          negligible(copies, 0),
          retired(copies, 0) {
        if (copies == 0) fail("alrao: Posterior: a head has at least one copy, got 0");
    }

    std::vector<double> log_weights;  ///< [N], ln a_j
    /// What the averaging policy named `policy` remembers beside the weights; only that policy knows what
    /// the numbers mean. Empty: nothing, or the policy has not begun.
    std::vector<double> memory{};
    std::string policy{};     ///< whose memory it is
    std::uint64_t steps = 0;  ///< batches learned from
    /// [N], batches in a row at whose end the weight was negligible, as Retirement counts them.
    std::vector<std::uint64_t> negligible;
    /// [N], batches after which a copy retired: its weight is 0, and it is no longer computed. 0: it is.
    std::vector<std::uint64_t> retired;

    [[nodiscard]] std::size_t copies() const { return log_weights.size(); }

    [[nodiscard]] double weight(std::size_t copy) const { return std::exp(log_weights[copy]); }

    /// Copies that are computed.
    [[nodiscard]] std::size_t live() const {
        std::size_t count = 0;
        for (const std::uint64_t step : retired) count += step == 0;
        return count;
    }

    /// Writes a_1 .. a_N, which sum to 1, into storage of N elements.
    /// @throws ArgumentError if `storage` has another size
    template <class T>
    void weights(std::span<T> storage) const {
        if (storage.size() != copies()) fail("alrao: Posterior::weights: needs one place per copy");
        std::transform(log_weights.begin(), log_weights.end(), storage.begin(),
                       [](double log_weight) { return static_cast<T>(std::exp(log_weight)); });
    }

    [[nodiscard]] std::vector<double> weights() const {
        std::vector<double> result(copies());
        weights(std::span<double>(result));
        return result;
    }

    /// The copy of the largest weight; the first of equals.
    [[nodiscard]] std::size_t best() const {
        return static_cast<std::size_t>(std::max_element(log_weights.begin(), log_weights.end()) -
                                        log_weights.begin());
    }

    friend bool operator==(const Posterior&, const Posterior&) = default;
};

}  // namespace alrao

#pragma GCC diagnostic pop
