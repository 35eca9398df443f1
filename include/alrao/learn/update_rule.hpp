#pragma once

#include <alrao/kernels/update/step.hpp>
#include <alrao/layers/facts.hpp>
#include <alrao/meta/list.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace alrao {

/// Update rules: the computation of a step from a gradient and a rate for each parameter. A rule contains no
/// rate and does not depend on features or layers; it is applied to ranges of parameters, gradients and
/// rates.
namespace rule {

/// What a rule may use in addition to parameters, gradients, rates and buffers: the number and the factors of
/// the step, and the part of the network.
struct Moment {
    std::uint64_t step = 1;    ///< number of the optimizer step, from 1; for Adam's bias corrections
    double factor = 1;         ///< factor of the schedule; the rates already contain it
    bool copies = false;       ///< whether the parameters belong to a head; otherwise to the trunk
    Role role = Role::weight;  ///< purpose of the parameter; biases and normalisations are often not decayed
    double centre = 1;    ///< measured centre of the rates of this parameter; the rates already contain it
    double estimate = 1;  ///< newest estimate of the centre; the centre itself unless the policy has another
};

/// Upper bounds of the magnitudes in the update of a parameter.
struct Extremes {
    double rate = 0, gradient = 0, parameter = 0, state = 0;  ///< state: of the rule's buffers
};

}  // namespace rule

namespace detail {

/// Marks a number of buffers that is not a constant.
template <class Rule>
inline constexpr std::size_t undecided_states = static_cast<std::size_t>(-1);
/// The largest number of buffers that a step of the rule uses: `most_states` if the rule has it, else
/// states(), if that is a constant; else undecided_states.
template <class Rule>
constexpr std::size_t most_states() {
    if constexpr (requires { typename std::integral_constant<std::size_t, Rule::most_states>; })
        return Rule::most_states;
    else if constexpr (requires { typename std::integral_constant<std::size_t, Rule{}.states()>; })
        return Rule{}.states();
    else if constexpr (requires { typename std::integral_constant<std::size_t, Rule::states()>; })
        return Rule::states();
    else return undecided_states<Rule>;
}

/// The number of buffers that a step uses; 0 for a type that is not a step, which StepProbe reports.
template <class Step>
constexpr std::size_t buffers_of() {
    if constexpr (requires { Step::states; }) return Step::states;
    else return 0;
}
/// Whether a step uses as many buffers as its rule declares.
template <class Rule, class Step>
constexpr bool step_fits() {
    if constexpr (!requires { Step::states; }) return true;
    else if constexpr (requires { Rule::most_states; }) return Step::states <= Rule::most_states;
    else return Step::states == most_states<Rule>();
}
/// Checks each step that a rule passes to the function given to `with_step`.
template <class Rule>
struct StepProbe {
    template <class Step>
    std::size_t operator()(const Step&) const {
        static_assert(
            requires { Step::states; },
            "alrao: the step that an update rule passes to f must have `static constexpr std::size_t states`, "
            "the number of buffers that it uses (kernels/update/step.hpp)");
        static_assert(step_fits<Rule, Step>(),
                      "alrao: states() of an update rule must equal the number of buffers that its step "
                      "uses, and it differs from the step's `states` (or `most_states` is less than "
                      "`states`)");
        return 0;
    }
};

/// The first member of a rule that is missing or wrong.
enum class RuleFault : unsigned char { none, copyable, validate, states, constant, bound, with_step, name };

template <class Rule>
constexpr RuleFault rule_fault() {
    using F = RuleFault;
    if constexpr (!meta::Copyable<Rule>) return F::copyable;
    else if constexpr (!requires(const Rule rule) { rule.validate(); }) return F::validate;
    else if constexpr (!requires(const Rule rule) {
                           { rule.states() } -> std::same_as<std::size_t>;
                       })
        return F::states;
    else if constexpr (most_states<Rule>() == undecided_states<Rule>) return F::constant;
    else if constexpr (!requires(const Rule rule, rule::Moment moment) {
                           { rule.bound(moment, rule::Extremes{}) } -> std::same_as<double>;
                       })
        return F::bound;
    else if constexpr (!requires(const Rule rule, rule::Moment moment) {
                           {
                               rule.template with_step<float>(moment, StepProbe<Rule>{})
                           } -> std::same_as<std::size_t>;
                       })
        return F::with_step;
    else if constexpr (!requires {
                           { Rule::name } -> std::convertible_to<std::string_view>;
                       })
        return F::name;
    else return F::none;
}

template <class Rule>
struct CheckedRule {
    static constexpr RuleFault fault = rule_fault<Rule>();

    static_assert(fault != RuleFault::copyable, "alrao: an update rule must be copyable and assignable");
    static_assert(fault != RuleFault::validate,
                  "alrao: an update rule must have `void validate() const`, which throws ArgumentError on "
                  "settings that make no sense");
    static_assert(fault != RuleFault::states,
                  "alrao: an update rule must have `constexpr std::size_t states() const`: the number of "
                  "buffers, each as large as the parameters, that it keeps between steps");
    static_assert(fault != RuleFault::constant,
                  "alrao: states() of an update rule must be constexpr, so that the compiler can compare "
                  "it with its step's `states`; if it depends on settings, define its largest value as "
                  "`static constexpr std::size_t most_states`");
    static_assert(fault != RuleFault::bound,
                  "alrao: an update rule must have `double bound(const rule::Moment&, const "
                  "rule::Extremes&) const`: an upper bound of parameters and buffers after the step");
    static_assert(fault != RuleFault::with_step,
                  "alrao: an update rule must have `template <class T, class F> decltype(auto) "
                  "with_step(const rule::Moment&, F&& f) const`, which returns f(step) for a step of "
                  "kernels/update/step.hpp");
    static_assert(fault != RuleFault::name,
                  "alrao: an update rule must have a name, which files store with its buffers: static "
                  "constexpr std::string_view name = \"...\";");
};

}  // namespace detail

/// An update rule. A type outside the library that satisfies it can be used like rule::Sgd. It can be copied,
/// and has
///
///   static constexpr std::string_view name               identifies the rule in files
///   void validate() const                                throws ArgumentError on settings that make no sense
///   constexpr std::size_t states() const                 number of buffers that it keeps between steps, each
///                                                        with the layout of the parameters. If it depends on
///                                                        settings, the largest value is
///                                                        `static constexpr std::size_t most_states`
///   template <class T, class F> decltype(auto) with_step(const rule::Moment&, F&& f) const
///       returns f(step), where `step` computes the update of a register of numbers of type T and
///       `decltype(step)::states` equals states() (kernels/update/step.hpp)
///   double bound(const rule::Moment&, const rule::Extremes& largest) const
///       an upper bound of all parameters and buffers after the step, if no number exceeds `largest`
///
/// Optional:
///
///   static constexpr bool never_negative(std::size_t k)  whether buffer k has no number below 0; loading a
///                                                        file with a negative number in it throws
///   static constexpr bool scale_free                     whether the steps remain the same if all gradients
///                                                        are multiplied by a constant, as those of Adam;
///                                                        measured rates need such a rule
///   double average_factor() const                        predictions use an average of the parameters,
///                                                        which is parameter + average_factor() * buffer 0
///   std::string_view stored_name() const                 the name in files, instead of `name`, if it depends
///                                                        on settings
///
/// Laws, which check_rule (check/rule/rule.hpp) tests on any rule:
///
///   - validate accepts the settings with which the rule is used; it should throw ArgumentError on others,
///     which the check does not know
///   - a step uses as many buffers as states() returns
///   - no parameter and no buffer is larger after a step than bound() returns, so that numbers stay finite
///   - where rate, gradient, parameter and buffers are 0, they stay 0: the padding after rows consists of
///     such numbers
///   - where the rate and the factor of the schedule are 0, no parameter changes
///   - the results are bit-identical however the parameters are split: over threads, rows, vectors
///   - a step depends on its arguments only, so that a run continues from saved buffers with the same bits
///   - steps in float and in double agree, to rounding
///   - a buffer for which never_negative is true has no negative number (`never_negative(k)` is optional)
template <class Rule>
concept UpdateRule = detail::rule_fault<Rule>() == detail::RuleFault::none;

namespace detail {
/// UpdateRule as a value: if an assertion on it fails, the compiler prints no list of constraints.
template <class Rule>
inline constexpr bool is_rule = UpdateRule<Rule>;
/// Whether a type resembles a rule; the error message then names the missing member.
template <class Rule>
inline constexpr bool like_rule = requires { &Rule::bound; } || requires { &Rule::states; } || is_rule<Rule>;

/// Whether the steps of a rule do not depend on the scale of the gradient, see UpdateRule.
template <class Rule>
constexpr bool is_scale_free() {
    if constexpr (requires { Rule::scale_free; }) return Rule::scale_free;
    else return false;
}
template <class Rule>
inline constexpr bool scale_free = is_scale_free<Rule>();

/// The name of a rule in files.
template <class Rule>
[[nodiscard]] std::string_view stored_name(const Rule& rule) {
    if constexpr (requires { rule.stored_name(); }) return rule.stored_name();
    else return Rule::name;
}
}  // namespace detail

}  // namespace alrao
