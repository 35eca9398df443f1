#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/simd.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <span>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// What happens to a feature that diverges. With `quarantine` and with `throw_`, diverging copies of an
/// averaged head are pruned, because training can continue with the other copies; if the only copy of a head
/// diverges, the step throws.
enum class OnDivergence : unsigned char {
    quarantine,  ///< it is pruned: its parameters, their buffers in the rule and its rates become 0
    throw_,      ///< the step throws DivergenceError if the feature is one of the trunk
    ignore,      ///< no checks: numbers that are not finite spread through the network
};

/// When a feature counts as diverged, and what happens then. Outputs, gradients, and the parameters as they
/// would be after the step, are checked before the step changes the model. Outputs diverge by the limits
/// below; gradients, parameters and likelihoods only if they are not finite.
struct Guard {
    /// What happens to a feature that diverges.
    OnDivergence policy = OnDivergence::quarantine;
    /// A feature diverges if an output is not finite, or if its magnitude exceeds both `at_least` and
    /// `threshold` times the scale of the layer: the median of the largest outputs of its features on the
    /// first batch. With a threshold of infinity only numbers that are not finite diverge. Defaults:
    /// docs/experiments/guard.md.
    double threshold = 10;
    double at_least = 1e3;  ///< magnitudes up to this one (at most 1e18) never diverge
    /// If more than half of the features of a layer are pruned, the step throws DivergenceError when this is
    /// improbable: when the probability that at least so many are pruned is below `chance`, if each feature
    /// were pruned with the frequency observed in the other layers. If all features of a layer are pruned,
    /// the step always throws.
    double chance = 1e-6;

    /// @throws ArgumentError on a threshold not above 1, an `at_least` that is negative or not finite, a
    /// chance outside [0, 1)
    void validate() const {
        if (!(threshold > 1)) {
            fail({"alrao: Guard: the threshold must be above 1, got ", threshold,
                  "; it is a multiple of the scale of a layer"});
        }
        if (!is_finite(at_least) || !(at_least >= 0)) {
            fail({"alrao: Guard: at_least must be a finite number, 0 or more, got ", at_least,
                  "; for no limit set the threshold to infinity"});
        }
        if (!(chance >= 0) || !(chance < 1))
            fail({"alrao: Guard: the chance must be from 0 to below 1, got ", chance});
    }

    friend constexpr bool operator==(const Guard&, const Guard&) = default;
};

namespace guard {

/// If the threshold is finite, outputs larger than this diverge for any scale of the layer, so that squares
/// of outputs remain finite in float.
inline constexpr double largest_output = 1e18;

/// The scale of a layer: the median of the largest outputs of its features on the first batch, at most the
/// largest finite number; 0 for an empty span. `outputs` [features]: largest |output| of each feature,
/// infinity or NaN allowed. A few features that diverge in the first batch hardly change the median.
template <class T>
[[nodiscard, gnu::cold]] double scale(std::span<const T> outputs) {
    using Bits = MagnitudeBits<T>;
    constexpr T most = std::numeric_limits<T>::max();
    // Nonnegative floating-point numbers are ordered like their bit patterns, so the median is found by
    // bisection over bit patterns: the smallest pattern such that more than half of the outputs are not
    // larger.
    Bits low = 0, high = outputs.empty() ? 0 : std::bit_cast<Bits>(most);
    while (low < high) {
        const Bits middle = low + (high - low) / 2;
        std::size_t below = 0;
        for (const T x : outputs)
            if (std::bit_cast<Bits>(x) <= middle) ++below;
        if (below > outputs.size() / 2) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return static_cast<double>(std::bit_cast<T>(low));
}

/// The largest output allowed for a layer of this scale; the largest finite number if the threshold is
/// infinity.
[[nodiscard]] inline double limit(double scale, const Guard& guard) {
    if (!is_finite(guard.threshold)) return std::numeric_limits<double>::max();
    return std::min(std::max(guard.at_least, scale * guard.threshold), largest_output);
}

}  // namespace guard
}  // namespace alrao

#pragma GCC diagnostic pop
