#pragma once

#include <alrao/learn/likelihood.hpp>
#include <alrao/learn/model_averaging.hpp>
#include <alrao/learn/retirement.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/ops/batch_loss.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/log_domain.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace alrao {

/// How the copies of an averaged head are weighed: what a batch says of them, what a policy makes of it,
/// and when a copy retires. It keeps nothing itself: what is remembered stands in the posterior.
struct CopyWeighting {
    Averaging averaging{};
    Likelihood likelihood = Likelihood::mean;
    std::optional<Retirement> retirement{};

    /// @throws ArgumentError on settings that make no sense for a head of `copies` copies
    void validate(std::size_t copies) const {
        averaging.validate();
        if (retirement) retirement->validate(copies);
    }

    /// The posterior learns from a batch. `log_likelihoods`: [copies], sums over the batch before the step;
    /// they become what `likelihood` makes of their means. `lost(j)`: copy j is pruned or retired: it has
    /// no likelihood, and no weight afterwards.
    template <class Lost>
    Evidence learn(Posterior& posterior, const BatchLoss& loss, std::span<double> log_likelihoods,
                   Lost lost) const {
        if (!(loss.weight > 0)) return Evidence::unusable;
        bool any_lost = false;
        for (std::size_t j = 0; j < log_likelihoods.size(); ++j) {
            double& l = log_likelihoods[j];
            const bool gone = lost(j);
            any_lost = any_lost || gone;
            l = gone || !is_finite(l) ? log_zero : likelihood(l / loss.weight, loss.samples);
        }
        const Evidence evidence = averaging.update(posterior, log_likelihoods);
        if (any_lost) averaging.drop(posterior, [&](std::size_t j) { return !lost(j); });
        return evidence;
    }

    /// Retires the copies whose weight has been negligible for long enough, and gives their weights to the
    /// others; calls `gone(j)` for each. Returns how many.
    template <class Gone>
    std::size_t retire(Posterior& posterior, Gone gone) const {
        if (!retirement || posterior.copies() == 1) return 0;
        const std::size_t retired = retirement::retire(posterior, *retirement, gone);
        if (retired > 0) averaging.drop(posterior, [&](std::size_t j) { return posterior.retired[j] == 0; });
        return retired;
    }
};

}  // namespace alrao
