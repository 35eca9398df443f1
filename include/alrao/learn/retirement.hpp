#pragma once

#include <alrao/model/posterior.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/log_domain.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// When a copy of the head retires: its averaging weight was below `below` after each of `steps`
/// batches in a row. It then has weight 0, its parameters stay as they are, and nothing of it is
/// computed any more: the product of the head becomes narrower.
///
/// What this costs (docs/mathematics.md): no prediction changes by more than the weight that the
/// copy had, in total variation. From then on the average is the policy's own among those sequences
/// of copies that avoid it, so Switch's bound against each copy that stays, ln N - ln(1 - theta),
/// holds as before. What cannot be bounded is what the copy might have become: one of a small rate
/// may be the best of all later on, or once a schedule has lowered the others' rates. Hence it is
/// off unless asked for.
///
/// Under Switch a useless copy keeps about 1/(N t) after t batches, so `below` is reached about
/// 1/(N below) batches after it was seen to be useless.
struct Retirement {
    double below = 1e-3;         ///< averaging weight of a copy, as a share of 1
    std::uint64_t steps = 1000;  ///< batches in a row after which the weight was below that

    /// @throws ArgumentError unless `below` is above 0 and below 1/copies, which no copy's weight
    /// has when all are equal, and there are steps
    void validate(std::size_t copies) const {
        if (!is_finite(below) || !(below > 0) || !(below * static_cast<double>(copies) < 1))
            fail({"alrao: Retirement: .below must lie between 0 and one in ", copies,
                  " copies, both excluded, got ", below});
        if (steps == 0) fail("alrao: Retirement: .steps must be at least 1, got 0");
    }

    friend constexpr bool operator==(const Retirement&, const Retirement&) = default;
};

namespace retirement {

/// After the posterior has learned from a batch: counts how long copies have been negligible, and
/// retires those whose time has come: how many, and `gone(copy)` for each of them. Their weights
/// are left for the caller to drop.
template <class Gone>
std::size_t retire(Posterior& posterior, const Retirement& policy, Gone&& gone) {
    const double limit = std::log(policy.below);
    std::size_t retired = 0;
    for (std::size_t j = 0; j < posterior.copies(); ++j) {
        if (posterior.retired[j] != 0) continue;
        // Weights sum to 1, so that some copy is above the limit and stays.
        if (posterior.log_weights[j] < limit) {
            ++posterior.negligible[j];
        } else {
            posterior.negligible[j] = 0;
        }
        if (posterior.negligible[j] < policy.steps) continue;
        posterior.retired[j] = std::max<std::uint64_t>(posterior.steps, 1);
        gone(j);
        ++retired;
    }
    return retired;
}

}  // namespace retirement

/// Takes all retired copies back into service, with the parameters they had when they retired, to
/// the bit. Their weight is 0 at first; Switch and FixedShare give each copy a share with the next
/// batch, BayesMixture never does. Pruned copies stay out.
template <class Net, class Optimizer>
[[gnu::cold]] void recall_copies(Net& net, Optimizer& optimizer) {
    for (std::size_t j = 0; j < net.posterior().copies(); ++j) {
        net.posterior().retired[j] = 0;
        net.posterior().negligible[j] = 0;
    }
    optimizer.remeasure(net);
}

}  // namespace alrao

#pragma GCC diagnostic pop
