#pragma once

#include <alrao/learn/log_domain.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <bit>
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
            fail({"alrao: model averaging: got ", values_.size(), " log-likelihoods for ",
                  posterior.copies(), " copies"});
        }
        for (std::size_t j = 0; j < values_.size(); ++j) {
            if (is_positive_infinity(values_[j])) {
                fail(
                    {"alrao: model averaging: the log-likelihood of copy ", j,
                     " is +infinity; a likelihood is finite (a density needs a variance above 0)"});
            }
            if (is_finite(values_[j]) && (!is_finite(best_) || values_[j] > best_))
                best_ = values_[j];
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

/// Ends a step: parts and weights sum to 1, one more batch is counted.
inline void commit(Posterior& posterior) {
    const std::size_t n = posterior.copies();
    const double total = log_sum(2 * n, [&](std::size_t i) {
        return i < n ? posterior.unstable[i] : posterior.stable[i - n];
    });
    for (std::size_t j = 0; j < n; ++j) {
        posterior.unstable[j] -= total;
        posterior.stable[j] -= total;
        posterior.log_weights[j] = log_add(posterior.unstable[j], posterior.stable[j]);
    }
    ++posterior.steps;
}

/// Bayes' rule on both parts, which `commit` ends. One copy has nothing to learn; a batch that
/// leaves no copy with weight changes nothing.
inline Evidence bayes_rule(Posterior& posterior, const BatchEvidence& batch) {
    const std::size_t n = posterior.copies();
    const double evidence =
        log_sum(n, [&](std::size_t j) { return posterior.log_weights[j] + batch[j]; });
    if (!is_finite(evidence)) return Evidence::unusable;
    if (n == 1) return Evidence::used;
    for (std::size_t j = 0; j < n; ++j) {
        posterior.unstable[j] += batch[j] - evidence;
        posterior.stable[j] += batch[j] - evidence;
    }
    return Evidence::used;
}

/// Bayes' rule, then the policy's own `mix()` of both parts.
template <class Mix>
Evidence bayes_step(Posterior& posterior, const BatchEvidence& batch, Mix mix) {
    const Evidence evidence = bayes_rule(posterior, batch);
    if (evidence == Evidence::unusable || posterior.copies() == 1) return evidence;
    mix();
    commit(posterior);
    return evidence;
}

/// @throws ArgumentError unless 0 < value < 1
[[gnu::cold]] inline void require_inside_unit_interval(double value, const char* what) {
    if (!is_finite(value) || !(value > 0) || !(value < 1)) {
        fail({"alrao: ", what, " must lie between 0 and 1, both excluded, got ", value});
    }
}

}  // namespace averaging

}  // namespace alrao
