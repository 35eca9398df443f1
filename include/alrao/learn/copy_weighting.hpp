#pragma once

#include <alrao/learn/averaging.hpp>
#include <alrao/learn/likelihood.hpp>
#include <alrao/learn/model_averaging.hpp>
#include <alrao/learn/retirement.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/ops/batch_loss.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/log_domain.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace alrao {

/// Computes the weights of the copies of an averaged head: `likelihood` determines the influence of one
/// batch, `averaging` updates the weights, and `retirement` determines when a copy retires. It consists of
/// settings only; the state that changes with each batch is in the Posterior.
struct CopyWeighting {
    Averaging averaging{};
    Likelihood likelihood = Likelihood::mean;
    std::optional<Retirement> retirement{};

    /// @throws ArgumentError on invalid settings, and on settings without effect: a single copy always has
    /// weight 1
    [[gnu::cold]] void validate(std::size_t copies) const {
        averaging.validate();
        if (retirement) retirement->validate(copies);
        if (copies > 1) return;
        const char* const useless = retirement                      ? "retirement"
                                    : !(averaging == Averaging{})   ? "averaging"
                                    : !(likelihood == Likelihood{}) ? "likelihood"
                                                                    : nullptr;
        if (useless != nullptr)
            fail({"alrao: .", useless,
                  " affects the weights of the copies of an averaged head, and this network has no copies: "
                  "end it with AveragedHead<Classifier, N> of at least 2 copies, or omit the option"});
    }

    /// Updates the posterior from one batch. `log_likelihoods` [copies]: the log-likelihoods of each copy
    /// before the step, summed over the samples with the weights of the samples. They are overwritten with
    /// the values that `likelihood` computes from the means, the sums divided by `loss.weight`.
    /// `lost(j)`: whether copy j is pruned or retired; it counts as likelihood 0 and has weight 0 afterwards.
    /// @returns Evidence::unusable, with the posterior unchanged, if the samples have no weight or no copy
    /// with weight has a finite log-likelihood
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

    /// Retires the copies whose weight has been negligible for long enough, and distributes their weights
    /// over the others. Calls `gone(j)` for each.
    /// @returns the number of copies that retired
    template <class Gone>
    std::size_t retire(Posterior& posterior, Gone gone) const {
        if (!retirement || posterior.copies() == 1) return 0;
        const std::size_t retired = retirement::retire(posterior, *retirement, gone);
        if (retired > 0) averaging.drop(posterior, [&](std::size_t j) { return posterior.retired[j] == 0; });
        return retired;
    }
};

}  // namespace alrao
