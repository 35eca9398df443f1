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

/// A copy of the head retires after its averaging weight was less than `below` for `steps` consecutive
/// batches. Its weight is then 0, its parameters no longer change, and it is no longer computed, which makes
/// the matrix product of the head narrower.
///
/// Cost (docs/mathematics.md): no prediction changes by more than the weight of the copy, in total variation.
/// Afterwards the average is that of the policy over the sequences of copies that do not contain it, so the
/// bound of Switch relative to each remaining copy, ln N - ln(1 - theta), still holds. There is no bound
/// relative to the retired copy: a copy with a small rate can become the best one later, or after a schedule
/// has lowered the other rates. Therefore copies retire only if this option is set.
///
/// With Switch, a useless copy has a weight of about 1/(N t) after t batches; it falls below `below` about
/// 1/(N below) batches after the copy has become useless.
struct Retirement {
    double below = 1e-3;         ///< averaging weight, above 0 and below 1/copies
    std::uint64_t steps = 1000;  ///< number of consecutive batches, at least 1

    /// @throws ArgumentError unless `below` is between 0 and 1/copies (the weight of each copy if all are
    /// equal), and `steps` is at least 1
    void validate(std::size_t copies) const {
        if (!is_finite(below) || !(below > 0) || !(below * static_cast<double>(copies) < 1))
            fail({"alrao: Retirement: .below must lie between 0 and 1/", copies,
                  " (one over the number of copies), both excluded, got ", below});
        if (steps == 0) fail("alrao: Retirement: .steps must be at least 1, got 0");
    }

    friend constexpr bool operator==(const Retirement&, const Retirement&) = default;
};

namespace retirement {

/// Call it after the posterior was updated from a batch. Counts the consecutive batches in which each copy
/// had a weight less than `policy.below`, and retires a copy when the count reaches `policy.steps`. Calls
/// gone(copy) for each copy that retires, and returns their number. The caller must set their weights to 0.
template <class Gone>
std::size_t retire(Posterior& posterior, const Retirement& policy, Gone&& gone) {
    const double limit = std::log(policy.below);
    std::size_t retired = 0;
    for (std::size_t j = 0; j < posterior.copies(); ++j) {
        if (posterior.retired[j] != 0) continue;
        // Weights sum to 1 and the limit is below 1/copies, so at least one copy stays.
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

/// Makes all retired copies active again, with the parameters that they had when they retired. Their weights
/// are 0 at first. Switch, FixedShare and Uniform give them weight with the next batch; with BayesMixture the
/// weights remain 0. Pruned copies remain pruned.
/// @throws ArgumentError as Optimizer::remeasure; the copies are then active already
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
