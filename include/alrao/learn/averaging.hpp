#pragma once

#include <alrao/learn/detail/batch_evidence.hpp>
#include <alrao/learn/detail/polymorphic.hpp>
#include <alrao/learn/model_averaging.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/model/posterior.hpp>
#include <alrao/tensor/fail.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao {

/// An averaging policy: it updates the weights of the copies of a head from their log-likelihoods on a batch.
/// A type outside the library that satisfies this concept can be used as OptimizerOptions::averaging. It can
/// be copied, and has
///
///   static constexpr std::string_view name    identifies the policy in files and posteriors
///   void validate() const                     throws ArgumentError on settings that make no sense
///   Evidence update(Posterior&, std::span<const double> l) const
///       l_j: log-likelihood of copy j on the batch, -infinity or NaN if it is not finite. Writes
///       `log_weights`, whose exponentials sum to 1, and increments `steps`; or changes nothing and returns
///       Evidence::unusable. Equal posteriors and l give equal results. Allocates nothing.
///
/// A policy that keeps numbers beside the weights also has
///
///   std::size_t memory_size(std::size_t copies) const    how many numbers it keeps in `Posterior::memory`
///   void begin(Posterior&) const                         initialises them from the weights, before the first
///                                                        update of a posterior; they are 0 at first
///
/// and optionally
///
///   bool consistent(const Posterior&) const              whether the numbers fit the weights; checked for
///                                                        posteriors from files. Default: true
///   template <class Stays> void drop(Posterior&, Stays stays) const
///       removes the copies with stays(j) == false from the average: they get weight 0, and the other weights
///       sum to 1 again. Default: the other weights are scaled, and `begin` is called.
///
/// Only the policy reads these numbers; the file of a model stores them unchanged.
///
/// Laws, which check_averaging (check/averaging.hpp) tests on any policy:
///
///   - validate accepts the settings with which the policy is used
///   - the weights sum to 1
///   - equal posteriors and log-likelihoods give equal results
///   - a constant added to all log-likelihoods changes no weight: only differences matter
///   - permuting the copies permutes their weights in the same way
///   - copies of equal weight and equal log-likelihood keep equal weights
///   - a batch without a finite log-likelihood changes nothing and is unusable
///   - a copy that is dropped after each batch has weight 0, and the others' weights sum to 1
///   - the memory has the declared size and is consistent with the weights: `consistent` accepts it, and
///     update does not reallocate it
///   - a batch that is used counts as one step, if there are two copies or more
template <class Policy>
concept AveragingPolicy =
    meta::Copyable<Policy> && requires(const Policy policy, Posterior& posterior, std::span<const double> l) {
        { Policy::name } -> std::convertible_to<std::string_view>;
        policy.validate();
        { policy.update(posterior, l) } -> std::same_as<Evidence>;
    };

namespace detail {
/// The first member of an averaging policy that is missing or wrong.
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
                  "alrao: .averaging must be Switch, BayesMixture, FixedShare, Uniform, or a policy of "
                  "your own, which must have a name: static constexpr std::string_view name = \"...\";");
    static_assert(
        fault != AveragingFault::validate,
        "alrao: an averaging policy must have `void validate() const`, which throws ArgumentError on "
        "settings that make no sense");
    static_assert(fault != AveragingFault::update,
                  "alrao: an averaging policy must have `Evidence update(Posterior&, std::span<const "
                  "double>) const`, and be copyable");
    static_assert(fault != AveragingFault::begin,
                  "alrao: an averaging policy with memory_size must have `void begin(Posterior&) const`, "
                  "which initialises Posterior::memory");
};
}  // namespace detail

/// Holds an averaging policy of any type. The default is Switch.
class Averaging {
public:
    Averaging() : Averaging(Switch{}) {}

    /// Holds a copy of `policy`. Its settings are not checked here, but by `validate`.
    template <class Policy>
        requires(!std::is_same_v<Policy, Averaging> && AveragingPolicy<Policy> &&
                 detail::averaging_fault<Policy>() == detail::AveragingFault::none)
    Averaging(const Policy& policy) : policy_(new Held<Policy>(policy)) {}

    /// Any other type: a compile-time error with the reason.
    template <class Policy>
        requires(!std::is_same_v<Policy, Averaging> &&
                 detail::averaging_fault<Policy>() != detail::AveragingFault::none)
    Averaging(const Policy&) : Averaging() {
        static_assert(sizeof(detail::CheckedAveraging<Policy>) > 0);
    }

    /// The name of the policy.
    [[nodiscard]] std::string_view name() const { return policy_->name(); }
    /// @throws ArgumentError if the settings of the policy make no sense
    void validate() const { policy_->validate(); }

    /// @throws ArgumentError if the memory of this policy in the posterior does not fit its weights
    [[gnu::cold]] void require_consistent(const Posterior& posterior) const {
        if (posterior.policy != name() || policy_->consistent(posterior)) return;
        fail({"alrao: the memory of ", name(),
              " in this posterior does not fit its weights: clear `memory` and `policy` of the posterior, "
              "so that the policy initialises it again"});
    }
    /// Updates the posterior from the log-likelihoods [copies] of a batch. The first update allocates the
    /// memory of the policy in the posterior; later updates allocate nothing.
    /// @returns whether the batch was used
    /// @throws ArgumentError as the policy does
    Evidence update(Posterior& posterior, std::span<const double> log_likelihoods) const {
        return policy_->update(posterior, log_likelihoods);
    }
    /// Removes the copies for which stays(j) is false from the average: they get weight 0, and the weights of
    /// the others sum to 1.
    template <class Stays>
    [[gnu::cold]] void drop(Posterior& posterior, Stays stays) const {
        const auto function = [](const void* object, std::size_t copy) {
            return (*static_cast<const Stays*>(object))(copy);
        };
        policy_->drop(posterior, Selection{&stays, function});
    }

    /// Whether both hold policies of the same type that compare equal; false for a type without operator==.
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
