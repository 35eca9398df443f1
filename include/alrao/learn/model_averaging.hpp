#pragma once

#include <alrao/learn/detail/batch_evidence.hpp>
#include <alrao/learn/detail/polymorphic.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/tensor/log_domain.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// The switch distribution: the loss is close to that of the best sequence of copies, not only of the best
/// single copy, so a copy that becomes the best one late gets a large weight quickly. u_j is the log-weight
/// of the sequences that are at copy j and may still switch, s_j that of those that no longer switch;
/// initially u_j = ln theta - ln N and s_j = ln(1 - theta) - ln N. After batch t (from 1), with hazard
/// h = 1/(t + 1) and log-likelihoods l_j,
///   u_j += l_j;  s_j += l_j;  pool = h/N sum_j exp(u_j);
///   exp(u_j) <- (1 - h) exp(u_j) + theta pool;  exp(s_j) <- exp(s_j) + (1 - theta) pool,
/// and a_j = exp(u_j) + exp(s_j), normalised. For all data, the cumulative loss of the mixture is at most
/// that of the best of N copies plus ln N - ln(1 - theta). The default of theta is that of the program of the
/// authors of the Alrao paper (arXiv 1810.01322); the paper uses 0.999.
///
/// u and s are stored in `Posterior::memory`; update a posterior through Averaging, which allocates them.
/// Source: van Erven, Gruenwald, de Rooij, "Catching up faster by switching sooner", algorithm 1.
struct Switch {
    static constexpr std::string_view name = "Switch";
    /// In (0, 1); the prior of the number of switches is geometric with parameter theta.
    double theta = 0.9999;

    /// @throws ArgumentError on a theta outside (0, 1)
    void validate() const { averaging::require_inside_unit_interval(theta, "Switch's theta"); }

    /// u and s: 2 numbers for each copy.
    [[nodiscard]] static std::size_t memory_size(std::size_t copies) { return 2 * copies; }
    /// Whether exp(u) + exp(s) equals the weights.
    [[nodiscard]] static bool consistent(const Posterior& posterior) {
        const std::size_t n = posterior.copies();
        for (std::size_t j = 0; j < n; ++j) {
            const double of_both = std::exp(posterior.memory[j]) + std::exp(posterior.memory[n + j]);
            if (!(std::abs(of_both - posterior.weight(j)) < 1e-6)) return false;
        }
        return true;
    }
    /// Initialises u with the log-weights and s with -infinity (weight 0); the first update moves the share
    /// 1 - theta from u to s.
    static void begin(Posterior& posterior) {
        const std::size_t n = posterior.copies();
        for (std::size_t j = 0; j < n; ++j) {
            posterior.memory[j] = posterior.log_weights[j];
            posterior.memory[n + j] = log_zero;
        }
    }

    /// Updates u, s and the weights, see AveragingPolicy.
    /// @throws ArgumentError on a theta outside (0, 1), a posterior without memory of Switch, a wrong number
    /// of log-likelihoods, or a log-likelihood of +infinity
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        validate();
        require_memory(posterior);
        const averaging::BatchEvidence batch(posterior, log_likelihoods);
        const double evidence = averaging::log_evidence(posterior, batch);
        if (!is_finite(evidence)) return Evidence::unusable;
        const std::size_t n = posterior.copies();
        if (n == 1) return Evidence::used;
        const std::span<double> u(posterior.memory.data(), n), s(posterior.memory.data() + n, n);
        for (std::size_t j = 0; j < n; ++j) {
            u[j] += batch[j] - evidence;
            s[j] += batch[j] - evidence;
        }
        mix(posterior.steps, u, s);
        const double total = log_sum(2 * n, [&](std::size_t i) { return posterior.memory[i]; });
        for (std::size_t j = 0; j < n; ++j) {
            u[j] -= total;
            s[j] -= total;
            posterior.log_weights[j] = log_add(u[j], s[j]);
        }
        ++posterior.steps;
        return Evidence::used;
    }

    /// Removes copies from the average, see AveragingPolicy.
    template <class Stays>
    void drop(Posterior& posterior, Stays stays) const {
        const std::size_t n = posterior.copies();
        require_memory(posterior);
        const std::span<double> u(posterior.memory.data(), n), s(posterior.memory.data() + n, n);
        const double total = averaging::drop(posterior.log_weights, stays);
        for (std::size_t j = 0; j < n; ++j) {
            const bool begins =
                stays(j) &&
                !is_finite(total);  // the remaining copies had no weight: begin with equal weights
            u[j] = !stays(j) ? log_zero : begins ? posterior.log_weights[j] : u[j] - total;
            s[j] = !stays(j) || begins ? log_zero : s[j] - total;
        }
    }

    friend constexpr bool operator==(const Switch&, const Switch&) = default;

private:
    /// @throws ArgumentError if u and s are missing, because `update` was called without Averaging
    static void require_memory(const Posterior& posterior) {
        if (posterior.memory.size() != memory_size(posterior.copies())) [[unlikely]]
            fail(
                "alrao: Switch: this posterior has no memory of Switch: update it through "
                "Averaging{Switch{}}");
    }
    void mix(std::uint64_t steps, std::span<double> u, std::span<double> s) const {
        const double log_theta = std::log(theta);
        const double log_stop = std::log1p(-theta);
        const std::size_t n = u.size();
        if (steps == 0) {  // prior: a share 1 - theta never switches
            for (std::size_t j = 0; j < n; ++j) {
                s[j] = log_add(s[j], u[j] + log_stop);
                u[j] += log_theta;
            }
        }
        const double hazard = 1 / (static_cast<double>(steps) + 2);
        const double log_stay = std::log1p(-hazard);
        const double pool = log_sum(u) + std::log(hazard / static_cast<double>(n));
        for (std::size_t j = 0; j < n; ++j) {
            u[j] = log_add(u[j] + log_stay, log_theta + pool);
            s[j] = log_add(s[j], log_stop + pool);
        }
    }
};

/// Bayes' rule: a_j <- a_j exp(l_j), normalised. A copy that becomes the best after the leader has led for n
/// batches needs about n further batches to overtake it. A copy that was not finite on one batch has weight 0
/// from then on.
struct BayesMixture {
    static constexpr std::string_view name = "BayesMixture";

    /// Does nothing: there are no settings.
    void validate() const {}

    /// @throws ArgumentError on a wrong number of log-likelihoods, or a log-likelihood of +infinity
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        const averaging::BatchEvidence batch(posterior, log_likelihoods);
        return averaging::bayes_step(posterior, batch, [] {});
    }

    friend constexpr bool operator==(const BayesMixture&, const BayesMixture&) = default;
};

/// Bayes' rule, then a share of each weight is distributed equally: a_j <- (1 - alpha) a_j + alpha/N. Alpha 0
/// would be BayesMixture, alpha 1 Uniform.
/// Source: Herbster, Warmuth, "Tracking the best expert", in the form of Cesa-Bianchi, Lugosi,
/// "Prediction, learning, and games", section 5.2.
struct FixedShare {
    static constexpr std::string_view name = "FixedShare";
    double alpha = 0.001;  ///< in (0, 1)

    /// @throws ArgumentError on an alpha outside (0, 1)
    void validate() const { averaging::require_inside_unit_interval(alpha, "FixedShare's alpha"); }

    /// @throws ArgumentError on an alpha outside (0, 1), a wrong number of log-likelihoods, or a
    /// log-likelihood of +infinity
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        validate();
        const averaging::BatchEvidence batch(posterior, log_likelihoods);
        return averaging::bayes_step(posterior, batch, [&] {
            const double log_keep = std::log1p(-alpha);
            const double share = std::log(alpha / static_cast<double>(posterior.copies()));
            for (std::size_t j = 0; j < posterior.copies(); ++j) {
                posterior.log_weights[j] = log_add(posterior.log_weights[j] + log_keep, share);
            }
        });
    }

    friend constexpr bool operator==(const FixedShare&, const FixedShare&) = default;
};

/// Equal weights for all copies whose log-likelihood on the latest batch is finite, 0 for the others.
struct Uniform {
    static constexpr std::string_view name = "Uniform";

    /// Does nothing: there are no settings.
    void validate() const {}

    /// @throws ArgumentError on a wrong number of log-likelihoods, or a log-likelihood of +infinity
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        const averaging::BatchEvidence batch(posterior, log_likelihoods);
        std::size_t finite = 0;
        for (std::size_t j = 0; j < posterior.copies(); ++j) {
            if (batch.finite(j)) ++finite;
        }
        if (finite == 0) return Evidence::unusable;
        if (posterior.copies() == 1) return Evidence::used;
        const double equal = -std::log(static_cast<double>(finite));
        for (std::size_t j = 0; j < posterior.copies(); ++j) {
            posterior.log_weights[j] = batch.finite(j) ? equal : log_zero;
        }
        averaging::commit(posterior);
        return Evidence::used;
    }

    friend constexpr bool operator==(const Uniform&, const Uniform&) = default;
};

}  // namespace alrao

#pragma GCC diagnostic pop
