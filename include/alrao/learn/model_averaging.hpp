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
    static constexpr std::string_view name = "Switch";
    double theta = 0.9999;  ///< in (0, 1); the number of switches is geometric with it

    /// @throws ArgumentError on a theta outside (0, 1)
    void validate() const { averaging::require_inside_unit_interval(theta, "Switch's theta"); }

    /// u and s, as logarithms: what is kept beside the weights.
    [[nodiscard]] static std::size_t memory_size(std::size_t copies) { return 2 * copies; }
    /// Whether u and s add up to the weights.
    [[nodiscard]] static bool consistent(const Posterior& posterior) {
        const std::size_t n = posterior.copies();
        for (std::size_t j = 0; j < n; ++j) {
            const double of_both = std::exp(posterior.memory[j]) + std::exp(posterior.memory[n + j]);
            if (!(std::abs(of_both - posterior.weight(j)) < 1e-6)) return false;
        }
        return true;
    }
    /// Nothing has stopped switching.
    static void begin(Posterior& posterior) {
        const std::size_t n = posterior.copies();
        for (std::size_t j = 0; j < n; ++j) {
            posterior.memory[j] = posterior.log_weights[j];
            posterior.memory[n + j] = log_zero;
        }
    }

    /// @throws ArgumentError on a bad theta, a wrong number of log-likelihoods, or +infinity
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        validate();
        const averaging::BatchEvidence batch(posterior, log_likelihoods);
        const double evidence = averaging::log_evidence(posterior, batch);
        if (!is_finite(evidence)) return Evidence::unusable;
        const std::size_t n = posterior.copies();
        averaging::prepare(*this, posterior);
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

    /// Takes copies out of the average, see AveragingPolicy.
    template <class Stays>
    void drop(Posterior& posterior, Stays stays) const {
        const std::size_t n = posterior.copies();
        averaging::prepare(*this, posterior);
        const std::span<double> u(posterior.memory.data(), n), s(posterior.memory.data() + n, n);
        const double total = averaging::drop(posterior.log_weights, stays);
        for (std::size_t j = 0; j < n; ++j) {
            const bool begins = stays(j) && !is_finite(total);  // with a weight that it did not have
            u[j] = !stays(j) ? log_zero : begins ? posterior.log_weights[j] : u[j] - total;
            s[j] = !stays(j) || begins ? log_zero : s[j] - total;
        }
    }

    friend constexpr bool operator==(const Switch&, const Switch&) = default;

private:
    void mix(std::uint64_t steps, std::span<double> u, std::span<double> s) const {
        const double log_theta = std::log(theta);
        const double log_stop = std::log1p(-theta);
        const std::size_t n = u.size();
        if (steps == 0) {  // the prior: a share 1 - theta never switches
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

/// Bayes' rule: a_j <- a_j exp(l_j), normalised. Overtaking takes as long as the leader led, and a
/// copy that once was not finite never comes back.
struct BayesMixture {
    static constexpr std::string_view name = "BayesMixture";

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
    static constexpr std::string_view name = "FixedShare";
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
                posterior.log_weights[j] = log_add(posterior.log_weights[j] + log_keep, share);
            }
        });
    }

    friend constexpr bool operator==(const FixedShare&, const FixedShare&) = default;
};

/// Equal weights for the copies whose log-likelihood on the latest batch is finite.
struct Uniform {
    static constexpr std::string_view name = "Uniform";

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
            posterior.log_weights[j] = batch.finite(j) ? equal : log_zero;
        }
        averaging::commit(posterior);
        return Evidence::used;
    }

    friend constexpr bool operator==(const Uniform&, const Uniform&) = default;
};

/// Turns the log-likelihoods of a batch into weights of the copies. A type outside the library that meets
/// it can be given as `.averaging`. Required of it:
///
///   name                                  static, a std::string_view: files and posteriors tell policies
///                                         apart by it
///   void validate() const                 throws ArgumentError on settings that make no sense
///   Evidence update(Posterior&, std::span<const double> l) const
///       l_j: log-likelihood of copy j on the batch, -infinity or NaN if it is not finite. Writes
///       `log_weights`, whose exponentials sum to 1, and counts `steps`; or changes nothing and returns
///       Evidence::unusable. Equal posteriors and l give equal results. Allocates nothing.
///
/// A policy that remembers more than the weights also has
///
///   std::size_t memory_size(std::size_t copies) const    numbers that it keeps in `Posterior::memory`
///   void begin(Posterior&) const                         fills them from the weights
///   bool consistent(const Posterior&) const              whether they belong to the weights: a file may
///                                                        hold anything; without this member they do
///   template <class Stays> void drop(Posterior&, Stays stays) const
///       takes the copies with stays(j) == false out: weight 0, the others' sum to 1 again. Without this
///       member the weights are scaled, and the policy begins anew from them.
///
/// Nobody else reads those numbers: a model's file holds them as they are.
template <class Policy>
concept AveragingPolicy =
    std::copyable<Policy> && requires(const Policy policy, Posterior& posterior, std::span<const double> l) {
        { Policy::name } -> std::convertible_to<std::string_view>;
        policy.validate();
        { policy.update(posterior, l) } -> std::same_as<Evidence>;
    };

namespace detail {
/// What is missing in an averaging policy, or wrong: the first thing only.
enum class AveragingFault : unsigned char { none, name, validate, update, begin };

template <class Policy>
constexpr AveragingFault averaging_fault() {
    using F = AveragingFault;
    if constexpr (!requires {
                      { Policy::name } -> std::convertible_to<std::string_view>;
                  })
        return F::name;
    else if constexpr (!requires(const Policy policy) { policy.validate(); }) return F::validate;
    else if constexpr (!AveragingPolicy<Policy>) return F::update;
    else if constexpr (
        requires(const Policy policy) { policy.memory_size(std::size_t{1}); } &&
        !requires(const Policy policy, Posterior& posterior) { policy.begin(posterior); })
        return F::begin;
    else return F::none;
}
template <class Policy>
struct CheckedAveraging {
    static constexpr AveragingFault fault = averaging_fault<Policy>();

    static_assert(fault != AveragingFault::name,
                  "alrao: .averaging is one of Switch, BayesMixture, FixedShare and Uniform, or a policy of "
                  "your own, which says its name: static constexpr std::string_view name = \"...\";");
    static_assert(fault != AveragingFault::validate,
                  "alrao: an averaging policy has `void validate() const`, which throws ArgumentError on "
                  "settings that make no sense");
    static_assert(fault != AveragingFault::update,
                  "alrao: an averaging policy has `Evidence update(Posterior&, std::span<const double>) "
                  "const`, and can be copied");
    static_assert(fault != AveragingFault::begin,
                  "alrao: an averaging policy with memory_size has `void begin(Posterior&) const`, which "
                  "fills Posterior::memory");
};
}  // namespace detail

/// Any averaging policy, chosen at run time. The default is Switch.
class Averaging {
public:
    Averaging() : Averaging(Switch{}) {}

    template <class Policy>
        requires(!std::is_same_v<Policy, Averaging> && AveragingPolicy<Policy> &&
                 detail::averaging_fault<Policy>() == detail::AveragingFault::none)
    Averaging(const Policy& policy) : policy_(new Held<Policy>(policy)) {}

    /// Refused in words: what is no policy.
    template <class Policy>
        requires(!std::is_same_v<Policy, Averaging> &&
                 detail::averaging_fault<Policy>() != detail::AveragingFault::none)
    Averaging(const Policy&) : Averaging() {
        static_assert(sizeof(detail::CheckedAveraging<Policy>) > 0);
    }

    [[nodiscard]] std::string_view name() const { return policy_->name(); }
    /// @throws ArgumentError as the policy's
    void validate() const { policy_->validate(); }

    /// Refuses a memory that is not one of this policy for these weights.
    /// @throws ArgumentError
    [[gnu::cold]] void require_consistent(const Posterior& posterior) const {
        if (posterior.policy != name() || policy_->consistent(posterior)) return;
        fail({"alrao: what ", name(),
              " remembers in this posterior does not belong to its weights: "
              "clear its `memory` and `policy`, and it begins anew"});
    }
    /// The first update of a posterior allocates the policy's memory, later ones nothing.
    /// @throws ArgumentError as the policy's
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        return policy_->update(posterior, log_likelihoods);
    }
    /// Takes the copies for which `stays` is false out of the average.
    template <class Stays>
    [[gnu::cold]] void drop(Posterior& posterior, Stays stays) const {
        const auto function = [](const void* object, std::size_t copy) {
            return (*static_cast<const Stays*>(object))(copy);
        };
        policy_->drop(posterior, Selection{&stays, function});
    }

    /// Whether two hold one policy with equal settings; never for a policy without operator==.
    friend bool operator==(const Averaging& a, const Averaging& b) { return a.policy_->equals(*b.policy_); }

private:
    /// A predicate on copies.
    struct Selection {
        const void* object;
        bool (*function)(const void*, std::size_t);
        bool operator()(std::size_t copy) const { return function(object, copy); }
    };
    struct Interface {
        virtual ~Interface() = default;
        [[nodiscard]] virtual const Interface* clone() const = 0;
        [[nodiscard]] virtual std::string_view name() const = 0;
        virtual void validate() const = 0;
        [[nodiscard]] virtual bool consistent(const Posterior& posterior) const = 0;
        virtual Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const = 0;
        virtual void drop(Posterior& posterior, const Selection& stays) const = 0;
        [[nodiscard]] virtual bool equals(const Interface& other) const = 0;
        [[nodiscard]] virtual const void* type() const = 0;  // one address for each policy, without RTTI
    };
    template <class Policy>
    struct Held final : Interface {
        explicit Held(const Policy& given) : policy(given) {}
        static constexpr bool remembers = requires(const Policy p) { p.memory_size(std::size_t{1}); };

        [[nodiscard]] const Interface* clone() const override { return new Held(policy); }
        [[nodiscard]] std::string_view name() const override { return Policy::name; }
        void validate() const override { policy.validate(); }
        [[nodiscard]] bool consistent(const Posterior& posterior) const override {
            if (posterior.memory.empty()) return true;  // not begun
            if (posterior.memory.size() != averaging::memory_size(policy, posterior.copies())) return false;
            if constexpr (requires { policy.consistent(posterior); }) return policy.consistent(posterior);
            else return true;
        }
        Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const override {
            averaging::prepare(policy, posterior);
            return policy.update(posterior, log_likelihoods);
        }
        void drop(Posterior& posterior, const Selection& stays) const override {
            averaging::prepare(policy, posterior);
            if constexpr (requires { policy.drop(posterior, stays); }) {
                policy.drop(posterior, stays);
            } else {
                averaging::drop(posterior.log_weights, stays);
                if constexpr (remembers) policy.begin(posterior);
            }
        }
        [[nodiscard]] bool equals(const Interface& other) const override {
            if (other.type() != type()) return false;
            if constexpr (std::equality_comparable<Policy>)
                return policy == static_cast<const Held&>(other).policy;
            else return false;
        }
        [[nodiscard]] const void* type() const override { return &type_of_policy; }
        static constexpr char type_of_policy = 0;
        Policy policy;
    };

    detail::Polymorphic<Interface> policy_;
};

}  // namespace alrao

#pragma GCC diagnostic pop
