#pragma once

#include <alrao/learn/batch_evidence.hpp>
#include <alrao/learn/log_domain.hpp>
#include <alrao/model/posterior.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// Weighs the copies by the best sequence of copies, not the best copy: a copy that becomes best
/// late overtakes at once. After batch t (from 1), with hazard h = 1/(t + 1) and l_j the
/// log-likelihoods,
///   u_j += l_j;  s_j += l_j;  pool = h/N sum_j exp(u_j);
///   exp(u_j) <- (1 - h) exp(u_j) + theta pool;  exp(s_j) <- exp(s_j) + (1 - theta) pool,
/// and a_j = exp(u_j) + exp(s_j), normalised.
/// For all data the cumulative loss of the mixture is at most that of the best copy
/// + ln N - ln(1 - theta). `theta` is the authors' code's; Alrao prints 0.999.
/// Source: van Erven, Gruenwald, de Rooij, "Catching up faster by switching sooner", algorithm 1.
struct Switch {
    double theta = 0.9999;  ///< in (0, 1); the number of switches is geometric with it

    /// @throws ArgumentError on a theta outside (0, 1)
    void validate() const { averaging::require_inside_unit_interval(theta, "Switch's theta"); }

    /// @throws ArgumentError on a bad theta, a wrong number of log-likelihoods, or +infinity
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        validate();
        const averaging::BatchEvidence batch(posterior, log_likelihoods);
        return averaging::bayes_step(posterior, batch, [&] { mix(posterior); });
    }

    friend constexpr bool operator==(const Switch&, const Switch&) = default;

private:
    void mix(Posterior& posterior) const {
        const double log_theta = std::log(theta);
        const double log_stop = std::log1p(-theta);
        std::vector<double>& u = posterior.unstable;
        std::vector<double>& s = posterior.stable;
        const std::size_t n = u.size();
        if (posterior.steps == 0) {  // the prior: a share 1 - theta never switches
            for (std::size_t j = 0; j < n; ++j) {
                s[j] = log_add(s[j], u[j] + log_stop);
                u[j] += log_theta;
            }
        }
        const double hazard = 1 / (static_cast<double>(posterior.steps) + 2);
        const double log_stay = std::log1p(-hazard);
        const double pool = log_sum(u) + std::log(hazard / static_cast<double>(n));
        for (std::size_t j = 0; j < n; ++j) {
            u[j] = log_add(u[j] + log_stay, log_theta + pool);
            s[j] = log_add(s[j], log_stop + pool);
        }
    }
};

/// Bayes' rule: a_j <- a_j exp(l_j), normalised. Overtaking takes as long as the leader led, and a
/// copy that once was not finite never comes back.
struct BayesMixture {
    void validate() const {}

    /// @throws ArgumentError on a wrong number of log-likelihoods, or +infinity
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        const averaging::BatchEvidence batch(posterior, log_likelihoods);
        return averaging::bayes_step(posterior, batch, [] {});
    }

    friend constexpr bool operator==(const BayesMixture&, const BayesMixture&) = default;
};

/// Bayes' rule, then every copy gives a share: a_j <- (1 - alpha) a_j + alpha/N. Alpha 0 would be
/// BayesMixture, 1 Uniform.
/// Source: Herbster, Warmuth, "Tracking the best expert", in the form of Cesa-Bianchi, Lugosi,
/// "Prediction, learning, and games", section 5.2.
struct FixedShare {
    double alpha = 0.001;  ///< in (0, 1)

    /// @throws ArgumentError on an alpha outside (0, 1)
    void validate() const { averaging::require_inside_unit_interval(alpha, "FixedShare's alpha"); }

    /// @throws ArgumentError on a bad alpha, a wrong number of log-likelihoods, or +infinity
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        validate();
        const averaging::BatchEvidence batch(posterior, log_likelihoods);
        return averaging::bayes_step(posterior, batch, [&] {
            const double log_keep = std::log1p(-alpha);
            const double share = std::log(alpha / static_cast<double>(posterior.copies()));
            for (std::size_t j = 0; j < posterior.copies(); ++j) {
                posterior.unstable[j] = log_add(posterior.unstable[j] + log_keep, share);
                posterior.stable[j] += log_keep;
            }
        });
    }

    friend constexpr bool operator==(const FixedShare&, const FixedShare&) = default;
};

/// Equal weights for the copies whose log-likelihood on the latest batch is finite.
struct Uniform {
    void validate() const {}

    /// @throws ArgumentError on a wrong number of log-likelihoods, or +infinity
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
            posterior.unstable[j] = batch.finite(j) ? equal : log_zero;
            posterior.stable[j] = log_zero;
        }
        averaging::commit(posterior);
        return Evidence::used;
    }

    friend constexpr bool operator==(const Uniform&, const Uniform&) = default;
};

/// Turns the log-likelihoods of a batch into weights. Follows a head, never allocates, never looks
/// at data; the posterior that it changes holds all that is remembered.
template <class Policy>
concept AveragingPolicy = requires(const Policy policy, Posterior& posterior,
                                   std::span<const double> l) {
    policy.validate();
    { policy.update(posterior, l) } -> std::same_as<Evidence>;
};

/// Any of the library's policies, chosen at run time. The default is Switch.
class Averaging {
public:
    Averaging() = default;
    Averaging(const Switch& policy) : parameter_(policy.theta) {}
    Averaging(const BayesMixture&) : kind_(Kind::bayes_mixture) {}
    Averaging(const FixedShare& policy) : kind_(Kind::fixed_share), parameter_(policy.alpha) {}
    Averaging(const Uniform&) : kind_(Kind::uniform) {}

    /// Refused in words: policies of one's own.
    template <class Policy>
        requires(!std::is_same_v<Policy, Averaging>)
    Averaging(const Policy&) {
        static_assert(sizeof(Policy*) == 0,
                      "alrao: .averaging is one of Switch, BayesMixture, FixedShare and Uniform");
    }

    /// @throws ArgumentError as the policy's
    void validate() const {
        if (kind_ == Kind::switching) Switch{parameter_}.validate();
        if (kind_ == Kind::fixed_share) FixedShare{parameter_}.validate();
    }
    /// @throws ArgumentError as the policy's
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        switch (kind_) {
            case Kind::bayes_mixture: return BayesMixture{}.update(posterior, log_likelihoods);
            case Kind::fixed_share: return FixedShare{parameter_}.update(posterior, log_likelihoods);
            case Kind::uniform: return Uniform{}.update(posterior, log_likelihoods);
            case Kind::switching: break;
        }
        return Switch{parameter_}.update(posterior, log_likelihoods);
    }

    friend constexpr bool operator==(const Averaging&, const Averaging&) = default;

private:
    enum class Kind : unsigned char { switching, bayes_mixture, fixed_share, uniform };

    Kind kind_ = Kind::switching;
    double parameter_ = Switch{}.theta;
};

/// Updates by whichever policy `averaging` holds.
inline Evidence update(const Averaging& averaging, Posterior& posterior,
                       std::span<const double> log_likelihoods) {
    return averaging.update(posterior, log_likelihoods);
}

}  // namespace alrao

#pragma GCC diagnostic pop
