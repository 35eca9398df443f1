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

/// Whether the posterior was updated from a batch. A batch is unusable if no copy with weight has a finite
/// log-likelihood, or if its samples have weight 0; the posterior is then unchanged.
enum class Evidence : unsigned char { used, unusable };

namespace averaging {

/// The log-likelihoods of one batch, one for each copy, in the form that all policies use. A copy whose
/// log-likelihood is NaN or -infinity has likelihood 0. The others are relative to the largest one: the
/// posterior does not depend on a common constant, and small values keep their precision.
class BatchEvidence {
public:
    /// @throws ArgumentError unless there is one value for each copy, and on +infinity
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

    /// Whether the log-likelihood of a copy is finite.
    [[nodiscard]] bool finite(std::size_t copy) const { return is_finite(values_[copy]); }

    /// The log-likelihood of a copy minus that of the best copy; log_zero if it is not finite.
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

/// The number of values that a policy keeps beside the weights.
template <class Policy>
[[nodiscard]] std::size_t memory_size([[maybe_unused]] const Policy& policy,
                                      [[maybe_unused]] std::size_t copies) {
    if constexpr (requires { policy.memory_size(copies); }) return policy.memory_size(copies);
    else return 0;
}

/// Allocates and initialises the memory of a policy in the posterior, unless it is there. For a policy
/// without memory: removes that of another policy.
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

/// Normalises the weights and counts a batch. `update` of a policy without memory ends with it.
inline void commit(Posterior& posterior) {
    const double total = log_sum(posterior.log_weights);
    for (double& weight : posterior.log_weights) weight -= total;
    ++posterior.steps;
}

/// The logarithm of the weighted sum of the copies' likelihoods, relative to the largest likelihood.
[[nodiscard]] inline double log_evidence(const Posterior& posterior, const BatchEvidence& batch) {
    return log_sum(posterior.copies(), [&](std::size_t j) { return posterior.log_weights[j] + batch[j]; });
}

/// Applies Bayes' rule to the weights, calls mix(), which can change them further, and normalises them. A
/// single copy keeps weight 1. If all weights would become 0, nothing changes and the batch is unusable.
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

/// Removes the copies for which stays(j) is false from the average: their weights become 0, and the weights
/// of the others sum to 1 again. If the others had no weight, they get equal weights. Returns the logarithm
/// of the sum of the weights that the others had before.
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
