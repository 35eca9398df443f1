#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/learn/detail/polymorphic.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/threads.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace alrao {

/// Centres of learning rates: factors that are measured during training, one for each parameter. The rates of
/// a parameter are multiplied by its centre. With rates spread around 1 they are then spread around the
/// centre.
namespace centre {

/// The numbers of one step, before the parameters change.
template <class T>
struct Observation {
    std::span<const ParameterEntry> table;  ///< all parameters, Net::parameters
    const T* parameters = nullptr;          ///< [Net::parameter_elements]
    const T* gradients = nullptr;           ///< [Net::parameter_elements], after clipping
    std::uint64_t step = 1;                 ///< number of the optimizer step, from 1
    double factor = 1;                      ///< factor of the schedule in this step
    Threads* threads = nullptr;             ///< for the computation of the measurements; not null
};

/// The measurements of a centre policy for one network, with the centres computed from them. A derived class
/// must satisfy the laws of `Policy`.
/// @tparam T scalar type of the network
template <class T>
class State {
public:
    virtual ~State() = default;
    /// A copy on the heap, which the caller owns.
    [[nodiscard]] virtual State* clone() const = 0;

    /// Computes the centres of the step that is about to be taken. The measurements change only with
    /// `accept`; another `observe` before it starts again from those of the last accepted step.
    virtual void observe(const Observation<T>& step) = 0;
    /// Keeps the measurements of the last `observe`: its step is taken.
    virtual void accept() = 0;
    /// The centre of parameter p; 0 or more, and finite. Called between `observe` and `accept`, and before
    /// the first step.
    [[nodiscard]] virtual double of(std::size_t p) const = 0;
    /// The number that the rule gets as rule::Moment::estimate; by default the centre.
    [[nodiscard]] virtual double estimate(std::size_t p) const { return of(p); }

    /// All numbers that are kept between steps, for files and snapshots: scalars, and arrays of the network's
    /// type.
    [[nodiscard]] virtual std::span<double> scalars() = 0;
    [[nodiscard]] virtual std::span<T> arrays() = 0;
    /// Whether these finite numbers, as many as `scalars()`, can be scalars of this state.
    [[nodiscard]] virtual bool accepts(std::span<const double> scalars) const = 0;
};

/// A policy that makes a State for a network. It can be copied, and has
///
///   static constexpr std::string_view name     identifies the policy in files
///   void validate() const                      throws ArgumentError on settings that make no sense
///   template <class T> State<T>* begin(std::span<const ParameterEntry> table, const T* parameters) const
///       returns a new State, which the caller owns, for the parameters [Net::parameter_elements] before
///       the first step. It can keep `table`, which is a constant
///
/// Laws:
///
///   - centres are finite and 0 or more, for all finite gradients
///   - the results are bit-identical on any number of threads
///   - `observe` followed by another `observe` gives the results of the second alone
///   - a State whose scalars and arrays are overwritten by those of another one continues like that one
///   - `observe` and `accept` allocate no memory
template <class P>
concept Policy = meta::Copyable<P> &&
                 requires(const P policy, std::span<const ParameterEntry> table, const float* parameters) {
                     { P::name } -> std::convertible_to<std::string_view>;
                     policy.validate();
                     { policy.begin(table, parameters) } -> std::convertible_to<State<float>*>;
                 };

}  // namespace centre

/// Holds a centre policy of any type: `Centre c = centre::Measured{};`.
class Centre {
public:
    /// @throws ArgumentError if the settings of the policy make no sense
    template <class P>
        requires(!std::is_same_v<P, Centre> && centre::Policy<P>)
    Centre(const P& policy) : policy_(new Held<P>(policy)) {
        policy.validate();
    }

    /// The name of the policy.
    [[nodiscard]] std::string_view name() const { return policy_->name(); }
    /// A new State for the parameters before the first step. The caller owns it.
    [[nodiscard]] centre::State<float>* begin(std::span<const ParameterEntry> table,
                                              const float* parameters) const {
        return policy_->begin(table, parameters);
    }
    [[nodiscard]] centre::State<double>* begin(std::span<const ParameterEntry> table,
                                               const double* parameters) const {
        return policy_->begin(table, parameters);
    }

private:
    struct Interface {
        virtual ~Interface() = default;
        [[nodiscard]] virtual const Interface* clone() const = 0;
        [[nodiscard]] virtual std::string_view name() const = 0;
        [[nodiscard]] virtual centre::State<float>* begin(std::span<const ParameterEntry> table,
                                                          const float* parameters) const = 0;
        [[nodiscard]] virtual centre::State<double>* begin(std::span<const ParameterEntry> table,
                                                           const double* parameters) const = 0;
    };
    template <class P>
    struct Held final : Interface {
        explicit Held(const P& given) : policy(given) {}
        [[nodiscard]] const Interface* clone() const override { return new Held(policy); }
        [[nodiscard]] std::string_view name() const override { return P::name; }
        [[nodiscard]] centre::State<float>* begin(std::span<const ParameterEntry> table,
                                                  const float* parameters) const override {
            return policy.begin(table, parameters);
        }
        [[nodiscard]] centre::State<double>* begin(std::span<const ParameterEntry> table,
                                                   const double* parameters) const override {
            return policy.begin(table, parameters);
        }
        P policy;
    };

    detail::Polymorphic<Interface> policy_;
};

}  // namespace alrao
