#pragma once

#include <alrao/model/posterior.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/log_domain.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace alrao {

/// What a batch did to the posterior: one that no copy with weight explains, or whose samples weigh
/// nothing, changes nothing.
enum class Evidence : unsigned char { used, unusable };

namespace averaging {

/// The log-likelihoods of one batch as all policies read them: one per copy; NaN counts as
/// -infinity, so a copy that is not finite drops out. Given relative to the best copy, which
/// changes no posterior and keeps their precision.
class BatchEvidence {
public:
    /// @throws ArgumentError on another number of values than copies, and on +infinity
    BatchEvidence(const Posterior& posterior, std::span<const double> log_likelihoods)
        : values_(log_likelihoods) {
        if (values_.size() != posterior.copies()) {
            fail({"alrao: model averaging: got ", values_.size(), " log-likelihoods for ", posterior.copies(),
                  " copies"});
        }
        for (std::size_t j = 0; j < values_.size(); ++j) {
            if (is_positive_infinity(values_[j])) {
                fail({"alrao: model averaging: the log-likelihood of copy ", j,
                      " is +infinity; a likelihood is finite (a density needs a variance above 0)"});
            }
            if (is_finite(values_[j]) && (!is_finite(best_) || values_[j] > best_)) best_ = values_[j];
        }
    }

    [[nodiscard]] bool finite(std::size_t copy) const { return is_finite(values_[copy]); }

    [[nodiscard]] double operator[](std::size_t copy) const {
        return finite(copy) ? values_[copy] - best_ : log_zero;
    }

private:
    static bool is_positive_infinity(double value) {
        return std::bit_cast<std::uint64_t>(value) == 0x7ff0'0000'0000'0000U;
    }

    std::span<const double> values_;
    double best_ = log_zero;
};

/// Numbers that a policy keeps beside the weights.
template <class Policy>
[[nodiscard]] std::size_t memory_size([[maybe_unused]] const Policy& policy,
                                      [[maybe_unused]] std::size_t copies) {
    if constexpr (requires { policy.memory_size(copies); }) return policy.memory_size(copies);
    else return 0;
}

/// Gives a policy its memory in a posterior that holds another policy's, or none.
template <class Policy>
void prepare(const Policy& policy, Posterior& posterior) {
    const std::size_t size = memory_size(policy, posterior.copies());
    if (size == 0) {
        posterior.memory.resize(0);
        posterior.policy.resize(0);
        return;
    }
    if (posterior.policy == Policy::name && posterior.memory.size() == size) [[likely]]
        return;
    posterior.policy = Policy::name;
    posterior.memory.assign(size, 0);
    if constexpr (requires { policy.begin(posterior); }) policy.begin(posterior);
}

/// Ends a step of a policy that keeps nothing beside the weights: they sum to 1, one more batch is counted.
inline void commit(Posterior& posterior) {
    const double total = log_sum(posterior.log_weights);
    for (double& weight : posterior.log_weights) weight -= total;
    ++posterior.steps;
}

/// ln of the weighted sum of the copies' likelihoods.
[[nodiscard]] inline double log_evidence(const Posterior& posterior, const BatchEvidence& batch) {
    return log_sum(posterior.copies(), [&](std::size_t j) { return posterior.log_weights[j] + batch[j]; });
}

/// Bayes' rule on the weights, then the policy's own `mix()`. One copy has nothing to learn; a batch
/// that leaves no copy with weight changes nothing.
template <class Mix>
Evidence bayes_step(Posterior& posterior, const BatchEvidence& batch, Mix mix) {
    const double evidence = log_evidence(posterior, batch);
    if (!is_finite(evidence)) return Evidence::unusable;
    if (posterior.copies() == 1) return Evidence::used;
    for (std::size_t j = 0; j < posterior.copies(); ++j) posterior.log_weights[j] += batch[j] - evidence;
    mix();
    commit(posterior);
    return Evidence::used;
}

/// Takes the copies for which `stays` is false out of the average: their weight becomes 0, the others'
/// sum to 1 again. Where those that left had all the weight, the others get equal ones. Returns the
/// logarithm of the weight that the others had together.
template <class Stays>
double drop(std::span<double> log_weights, Stays stays) {
    const std::size_t n = log_weights.size();
    std::size_t left = 0;
    for (std::size_t j = 0; j < n; ++j) {
        if (stays(j)) ++left;
        else log_weights[j] = log_zero;
    }
    const double total = log_sum(log_weights);
    for (std::size_t j = 0; j < n; ++j) {
        if (!stays(j)) continue;
        if (is_finite(total)) log_weights[j] -= total;
        else log_weights[j] = -std::log(static_cast<double>(left));
    }
    return total;
}

/// @throws ArgumentError unless 0 < value < 1
[[gnu::cold]] inline void require_inside_unit_interval(double value, const char* what) {
    if (!is_finite(value) || !(value > 0) || !(value < 1)) {
        fail({"alrao: ", what, " must lie between 0 and 1, both excluded, got ", value});
    }
}

}  // namespace averaging

}  // namespace alrao
