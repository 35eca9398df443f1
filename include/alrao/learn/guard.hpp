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

/// What happens to a feature that diverges. Copies of an averaged head are pruned in either of the
/// first two: one of them never ends a run.
enum class OnDivergence : unsigned char {
    quarantine,  ///< it is pruned: incoming parameters, optimizer state and rates become 0
    throw_,      ///< DivergenceError
    ignore,      ///< nothing is looked for: numbers that are not finite go where they go
};

/// When a step is refused, and what follows. A step is all or nothing: outputs, gradients and
/// would-be parameters are judged before any of them changes the model.
struct Guard {
    /// What happens to a feature that diverges.
    OnDivergence policy = OnDivergence::quarantine;
    /// A feature diverges when an output is not finite, or exceeds both `threshold` times the layer's
    /// own scale (the median of the largest outputs of its features on the first batch) and `at_least`,
    /// a magnitude. Chosen by measurement: docs/experiments/guard.md. A threshold of
    /// infinity: only what is not finite diverges.
    double threshold = 10;
    double at_least = 1e3;  ///< see threshold: no smaller output is ever too large
    /// Most of a layer may be pruned if chance explains it: if, each feature being too fast as often as
    /// those of the rest of the network are, so many of them come together at least this often.
    double chance = 1e-6;

    /// @throws ArgumentError on a threshold not above 1, a negative floor, a chance outside [0, 1)
    void validate() const {
        if (!(threshold > 1)) {
            fail({"alrao: Guard: the threshold must be above 1, got ", threshold,
                  "; it is a multiple of the layer's own scale"});
        }
        if (!is_finite(at_least) || !(at_least >= 0)) {
            fail({"alrao: Guard: at_least must be a number from 0 on, got ", at_least,
                  "; for no limit set the threshold to infinity"});
        }
        if (!(chance >= 0) || !(chance < 1))
            fail({"alrao: Guard: the chance must be from 0 to below 1, got ", chance});
    }

    friend constexpr bool operator==(const Guard&, const Guard&) = default;
};

namespace guard {

/// Outputs above this are refused whatever the scale of a layer, so that squares of them stay finite.
inline constexpr double largest_output = 1e18;

/// The scale of a layer from the largest outputs of its features on the first batch: their median,
/// which a feature that diverges at once does not move; at most the largest number.
template <class T>
[[nodiscard, gnu::cold]] double scale(std::span<const T> outputs) {
    using Bits = MagnitudeBits<T>;
    constexpr T most = std::numeric_limits<T>::max();
    // Magnitudes are ordered as their bits are: the least that more than half do not exceed.
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

/// The largest output that a layer of this scale may give.
[[nodiscard]] inline double limit(double scale, const Guard& guard) {
    if (!is_finite(guard.threshold)) return std::numeric_limits<double>::max();
    return std::min(std::max(guard.at_least, scale * guard.threshold), largest_output);
}

}  // namespace guard
}  // namespace alrao

#pragma GCC diagnostic pop
