#pragma once

#include <alrao/learn/feature_rates.hpp>
#include <alrao/learn/guard.hpp>
#include <alrao/learn/one_rate.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/optimizer_options.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

namespace alrao {

namespace detail {

template <class Net, class AskedRule>
struct OneRateCheck {
    static_assert(is_model<Net>,
                  "alrao: OneRateOptimizer<Net, Rule> needs the type of a model as Net, not a pointer or "
                  "another type: OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}};");
    static_assert(like_rule<AskedRule>,
                  "alrao: OneRateOptimizer<Net, Rule> takes the rule as type and the rate as value: "
                  "OneRateOptimizer<Net, rule::Adam>{net, Adam{.rate = 1e-3}}");
    static_assert(sizeof(std::conditional_t<like_rule<AskedRule>, CheckedRule<AskedRule>, int>) > 0);
};

/// Whether the arguments of OneRateOptimizer are a model, a rule with its rate, and optionally options.
template <class Net, class Rule, class First = void, class Spec = void, class Third = OptimizerOptions,
          class... More>
struct OneRateArguments {
    static constexpr bool model = std::is_same_v<First, Net> || std::is_base_of_v<Net, First>;
    static constexpr bool spec = OneRateSpec<Spec>;
    static constexpr bool rule = [] {
        if constexpr (spec) return std::is_same_v<typename Spec::Rule, Rule>;
        else return false;
    }();
    static constexpr bool options = meta::Becomes<Third, OptimizerOptions> && sizeof...(More) == 0;
    static constexpr bool good = model && rule && options;
};
template <class Net, class Rule, class... Given>
struct RefusedOneRateArguments {
    using Of = OneRateArguments<Net, Rule, Given...>;

    static_assert(Of::model,
                  "alrao: OneRateOptimizer<Net> takes a model of type Net, not a pointer, as first "
                  "argument: OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}};");
    static_assert(!Of::model || Of::spec,
                  "alrao: OneRateOptimizer takes a rule with its rate, Sgd{.rate = 0.1} or Adam{.rate = "
                  "1e-3}, as second argument: OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}};");
    static_assert(!Of::model || !Of::spec || Of::rule,
                  "alrao: the argument of OneRateOptimizer<Net, Rule> has another rule than Rule: write "
                  "OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}}; or use rule::Adam as Rule");
    static_assert(!Of::model || !Of::rule || Of::options,
                  "alrao: after the rule OneRateOptimizer takes its options, in braces: OneRateOptimizer "
                  "optimizer{net, Adam{}, {.schedule = schedule::Linear{}}};");
};

/// Returns `rate`.
/// @throws ArgumentError unless `rate` is a normal number above 0 in float, and `rate_groups` has its default
[[gnu::cold]] inline double checked_rate(double rate, const OptimizerOptions& options) {
    using Float = std::numeric_limits<float>;
    if (!is_finite(rate) || !(rate >= static_cast<double>(Float::min())) ||
        !(rate <= static_cast<double>(Float::max())))
        fail({"alrao: OneRateOptimizer: the rate must be a number above 0, got ", rate});
    if (options.rate_groups != RateGroups::per_feature)
        fail("alrao: OneRateOptimizer: all parameters have one rate: .rate_groups is for AlraoOptimizer");
    return rate;
}

/// The options of an optimizer for a rule with its rate. Options that are given take precedence.
template <class Spec>
[[nodiscard, gnu::cold]] OptimizerOptions options_of_spec(const Spec& spec, OptimizerOptions given) {
    if constexpr (requires { spec.centre(); })
        if (!given.centre) given.centre = spec.centre();
    if constexpr (requires { spec.weight_average(); })
        if (!given.weight_average) given.weight_average = spec.weight_average();
    return given;
}

}  // namespace detail

/// The default guard of OneRateOptimizer. If a feature diverges, the step throws, because a baseline with
/// pruned features would not be comparable. Only numbers that are not finite count as divergence.
inline constexpr Guard guard_of_one_rate{.policy = OnDivergence::throw_,
                                         .threshold = std::numeric_limits<double>::infinity()};

/// An optimizer with one learning rate for all parameters, including all copies of an averaged head. It uses
/// the same kernels as AlraoOptimizer, for which it is the baseline.
/// @tparam Net a Model that ends in a head
/// @tparam Rule the update rule without its rate; deduced from the constructor
template <class Net, class Rule = rule::Sgd>
class OneRateOptimizer : public Optimizer<detail::ModelOrStandIn<Net>, detail::RuleOrSgd<Rule>> {
    using Base = Optimizer<detail::ModelOrStandIn<Net>, detail::RuleOrSgd<Rule>>;
    using Rates = FeatureRates<detail::ModelOrStandIn<Net>>;
    static_assert(sizeof(detail::OneRateCheck<Net, Rule>) || true);

public:
    /// `spec`: a rule with its rate, such as Adam{.rate = 1e-3}.
    /// @throws ArgumentError on a rate that is not above 0 in float, or if a setting of the rule or an option
    /// is invalid, or has no effect on this network
    template <OneRateSpec Spec>
        requires std::is_same_v<typename Spec::Rule, Rule>
    OneRateOptimizer(const Net& net, const Spec& spec, const OptimizerOptions& options = {})
        : Base(detail::model_or_stand_in(net), detail::rule_or_sgd(spec.rule()),
               detail::options_of_spec(spec, options), guard_of_one_rate,
               Rates::constant(detail::checked_rate(spec.rate, options))) {}

    /// Other arguments: a compile-time error with the reason.
    template <class... Given>
        requires(!meta::begins_with<OneRateOptimizer, Given...> &&
                 !detail::OneRateArguments<Net, Rule, Given...>::good)
    explicit OneRateOptimizer(const Given&...)
        : Base(meta::never<const detail::ModelOrStandIn<Net>&>(), {}, {}, guard_of_one_rate,
               Rates::constant(1)) {
        using Refused = detail::RefusedOneRateArguments<Net, Rule, Given...>;
        constexpr bool sound = TrainableModel<Net> && detail::like_rule<Rule>;
        static_assert(sizeof(std::conditional_t<sound, Refused, int>) > 0);
    }

    /// The rate of all parameters, without schedule and centre. After a state was loaded or restored, it is
    /// that of the file or snapshot.
    [[nodiscard]] double rate() const {
        const double made_with = this->rates().interval().min();
        const auto rates = this->rates().numbers().span();
        if (rates.empty()) return made_with;  // moved from
        const auto now = *std::max_element(rates.begin(), rates.end());
        return now == static_cast<decltype(now)>(made_with) ? made_with : static_cast<double>(now);
    }
};

template <class Net, OneRateSpec Spec>
OneRateOptimizer(const Net&, const Spec&) -> OneRateOptimizer<Net, typename Spec::Rule>;
template <TrainableModel Net, class... Given>
    requires(!detail::OneRateArguments<Net, rule::Sgd, Net, Given...>::spec)
OneRateOptimizer(const Net&, const Given&...) -> OneRateOptimizer<Net>;
template <OneRateSpec Spec, TrainableModel Net, class... More>
OneRateOptimizer(const Spec&, const Net&, const More&...) -> OneRateOptimizer<Net, typename Spec::Rule>;
template <TrainableModel Net, OneRateSpec Spec, class Third, class... More>
    requires(!detail::OneRateArguments<Net, typename Spec::Rule, Net, Spec, Third, More...>::options)
OneRateOptimizer(const Net&, const Spec&, const Third&, const More&...)
    -> OneRateOptimizer<Net, typename Spec::Rule>;
template <class Net, OneRateSpec Spec>
OneRateOptimizer(const Net&, const Spec&, OptimizerOptions) -> OneRateOptimizer<Net, typename Spec::Rule>;

}  // namespace alrao
