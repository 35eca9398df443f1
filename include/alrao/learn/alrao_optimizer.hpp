#pragma once

#include <alrao/learn/feature_rates.hpp>
#include <alrao/learn/log_uniform.hpp>
#include <alrao/learn/measured_rates.hpp>
#include <alrao/learn/one_rate.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/optimizer_options.hpp>
#include <alrao/learn/rate_groups.hpp>
#include <alrao/learn/schedule.hpp>
#include <alrao/learn/standard_rule.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/tensor/philox.hpp>

#include <cstddef>
#include <type_traits>

namespace alrao {

/// Whether the head of a network is averaged over copies.
template <class Net>
inline constexpr bool ends_in_averaged_head = graph::last_facts(Net::network::chain).averages_copies;

namespace detail {

template <class Net, class AskedRule>
struct AlraoCheck {
    using Model = ModelOrStandIn<Net>;
    static_assert(is_model<Net>,
                  "alrao: AlraoOptimizer<Net, Rule> needs the type of a model as Net, not a pointer or "
                  "another type: AlraoOptimizer<Net> optimizer{net, Seed{2}};");
    static_assert(ends_in_averaged_head<Model> || !Model::network::accepted,
                  "alrao: AlraoOptimizer needs copies of the last layer to choose from: end the network "
                  "with AveragedHead<Classifier, N>, or train it with one rate by OneRateOptimizer");
    static_assert(!OneRateSpec<AskedRule>,
                  "alrao: AlraoOptimizer draws the rates itself: pass a rule without a rate, such as "
                  "rule::Sgd or rule::Adam");
    static_assert(!schedule::Law<AskedRule> && !std::is_same_v<AskedRule, schedule::WarmUp>,
                  "alrao: AlraoOptimizer takes a schedule as one of its options, in braces after the seed: "
                  "{.schedule = schedule::Linear{}}");
    static_assert(like_rule<AskedRule> || OneRateSpec<AskedRule> || schedule::Law<AskedRule> ||
                      std::is_same_v<AskedRule, schedule::WarmUp>,
                  "alrao: AlraoOptimizer<Net, Rule>: Rule is not an update rule, see UpdateRule");
    static_assert(sizeof(std::conditional_t<like_rule<AskedRule>, CheckedRule<AskedRule>, int>) > 0);
};

/// Whether arguments are model, rates, seed, and optionally rule and options.
template <class Net, class Rule, class First = void, class Rates = void, class Third = void,
          class Fourth = OptimizerOptions, class Fifth = void, class... More>
struct AlraoArgumentsInOrder {
    static constexpr bool model = std::is_same_v<First, Net> || std::is_base_of_v<Net, First>;
    static constexpr bool measured = std::is_base_of_v<MeasuredRates, Rates>;
    static constexpr bool rates = meta::Becomes<Rates, LogUniform> || measured;
    static constexpr bool seed = meta::Becomes<Third, Seed>;
    static constexpr bool suits = !measured || scale_free<Rule>;  ///< the rule suits the rates
    static constexpr bool drawn = rates && seed;
    static constexpr bool options = meta::Becomes<Fourth, OptimizerOptions> && std::is_void_v<Fifth>;
    static constexpr bool last =
        (std::is_void_v<Fifth> || meta::Becomes<Fifth, OptimizerOptions>)&&sizeof...(More) == 0;
    static constexpr bool schedule = schedule::Law<Fourth> || std::is_same_v<Fourth, Schedule>;
    static constexpr bool rest = options || (meta::Becomes<Fourth, Rule> && last);
    static constexpr bool good = model && rates && seed && suits && rest;
    /// Whether the type of the optimizer can be deduced from the arguments.
    static constexpr bool deduced = drawn && (options || (like_rule<Fourth> && last));
};
/// The same for arguments in which a seed can follow the model; MeasuredRates is then the default.
template <class Net, class Rule, class First = void, class Second = void, class... More>
struct AlraoArguments : AlraoArgumentsInOrder<Net, Rule, First, Second, More...> {};
template <class Net, class Rule, class First, class Second, class... More>
    requires meta::Becomes<Second, Seed>
struct AlraoArguments<Net, Rule, First, Second, More...>
    : AlraoArgumentsInOrder<Net, Rule, First, MeasuredRates, Second, More...> {};

template <class Net, class Rule, class... Given>
struct RefusedAlraoArguments {
    using Of = AlraoArguments<Net, Rule, Given...>;

    static_assert(Of::model,
                  "alrao: AlraoOptimizer<Net> takes a model of type Net, not a pointer, as first argument: "
                  "AlraoOptimizer<Net> optimizer{net, Seed{2}};");
    static_assert(!Of::model || Of::rates,
                  "alrao: AlraoOptimizer takes a Seed after the model, or rates and a Seed: "
                  "AlraoOptimizer<Net> optimizer{net, Seed{2}}; or, with rates from an interval as "
                  "published, optimizer{net, LogUniform{1e-5, 10}, Seed{2}};");
    static_assert(!Of::model || !Of::rates || Of::seed,
                  "alrao: AlraoOptimizer draws the learning rates with a Seed, the argument after the rates: "
                  "AlraoOptimizer<Net> optimizer{net, LogUniform{1e-5, 10}, Seed{2}};");
    static_assert(!Of::model || !Of::drawn || Of::suits,
                  "alrao: AlraoOptimizer<Net, Rule> measures the rates only for a rule whose steps do not "
                  "depend on the scale of the gradient (`scale_free`), such as rule::NAdamW. With another "
                  "rule, such as rule::Sgd, pass an interval: {net, LogUniform{1e-5, 10}, Seed{2}}");
    static_assert(!Of::model || !Of::drawn || !Of::schedule,
                  "alrao: a schedule is one of the options, in braces: AlraoOptimizer<Net> optimizer{net, "
                  "LogUniform{1e-5, 10}, Seed{2}, {.schedule = schedule::Linear{}}};");
    static_assert(!Of::model || !Of::drawn || !Of::suits || Of::rest || Of::schedule,
                  "alrao: after the seed AlraoOptimizer<Net, Rule> takes a rule of type Rule, or "
                  "OptimizerOptions, or both in this order: AlraoOptimizer<Net, rule::Adam> takes "
                  "rule::Adam{}");
};

}  // namespace detail

/// The optimizer of Alrao ("all learning rates at once"). Each feature of the trunk has its own learning
/// rate, and each copy of the head has another one. The trunk follows the gradient of the averaged loss, each
/// copy the gradient of its own loss.
///
/// By default no rate is given: the rates are random factors around centres that are measured during training
/// (MeasuredRates), and the rule is rule::NAdamW. With a LogUniform this is the published method: rates are
/// drawn once from an interval, those of the copies are spread evenly over it in the logarithm, and the rule
/// is rule::Sgd.
///
/// With one copy and LogUniform{r, r} the results are bit-identical to those of OneRateOptimizer with rate r
/// and the same rule, options and guard.
/// @tparam Net a Model that ends in an AveragedHead
/// @tparam Rule an update rule without a rate, such as rule::Adam; the default is chosen by the rates
/// Source: the Alrao paper (arXiv 1810.01322), algorithm 1.
template <class Net, class Rule = rule::Standard>
class AlraoOptimizer : public Optimizer<detail::ModelOrStandIn<Net>, detail::RuleOrSgd<Rule>> {
    using Base = Optimizer<detail::ModelOrStandIn<Net>, detail::RuleOrSgd<Rule>>;
    using Rates = FeatureRates<detail::ModelOrStandIn<Net>>;
    static_assert(sizeof(detail::AlraoCheck<Net, Rule>) || true);

public:
    /// With rates around measured centres: MeasuredRates{} with its default settings.
    /// @param net the model to train; its type determines the optimizer, and the optimizer is for this model
    /// only
    /// @param seed for drawing the random factors
    /// @throws ArgumentError if an option is invalid, or has no effect on this network
    AlraoOptimizer(const Net& net, Seed seed, const OptimizerOptions& options = {})
        requires detail::scale_free<Rule>
        : AlraoOptimizer(net, MeasuredRates{}, seed, options) {}
    /// The same with the settings of `rule`.
    /// @throws ArgumentError also on rule::Sgd, which needs an interval, and on invalid settings of the rule
    AlraoOptimizer(const Net& net, Seed seed, Rule rule, const OptimizerOptions& options = {})
        requires detail::scale_free<Rule>
        : AlraoOptimizer(net, MeasuredRates{}, seed, rule, options) {}

    /// With another policy of measured rates, such as LongMeasuredRates{}. Options that are given take
    /// precedence over those of the policy.
    /// @throws ArgumentError as the constructors above
    AlraoOptimizer(const Net& net, const MeasuredRates& rates, Seed seed, Rule rule,
                   const OptimizerOptions& options = {})
        requires detail::scale_free<Rule>
        : Base(detail::model_or_stand_in(net), detail::rule_or_sgd(detail::for_measured_rates(rule)),
               detail::options_of<detail::ModelOrStandIn<Net>>(rates, options), Guard{},
               Rates::drawn(rates.spread, seed, options.rate_groups, rates.copies)) {}
    AlraoOptimizer(const Net& net, const MeasuredRates& rates, Seed seed,
                   const OptimizerOptions& options = {})
        requires detail::scale_free<Rule>
        : AlraoOptimizer(net, rates, seed, detail::rule_of_measured_rates<Rule>(), options) {}

    /// With rates drawn from an interval.
    /// @param net as above
    /// @param interval from which the rates are drawn
    /// @param seed for drawing the rates
    /// @throws ArgumentError if a setting of the rule or an option is invalid, or has no effect on this
    /// network
    [[gnu::cold]] AlraoOptimizer(const Net& net, LogUniform interval, Seed seed, Rule rule,
                                 const OptimizerOptions& options = {})
        : Base(detail::model_or_stand_in(net), detail::rule_or_sgd(rule), options, Guard{},
               Rates::drawn(interval, seed, options.rate_groups)) {}
    AlraoOptimizer(const Net& net, LogUniform interval, Seed seed, const OptimizerOptions& options = {})
        : AlraoOptimizer(net, interval, seed, Rule{}, options) {}

    /// Other arguments: a compile-time error with the reason.
    template <class... Given>
        requires(!meta::begins_with<AlraoOptimizer, Given...> &&
                 !detail::AlraoArguments<Net, Rule, Given...>::good)
    explicit AlraoOptimizer(const Given&...)
        : AlraoOptimizer(meta::never<const Net&>(), LogUniform{1, 1}, Seed{0}) {
        using Refused = detail::RefusedAlraoArguments<Net, Rule, Given...>;
        static_assert(sizeof(std::conditional_t<TrainableModel<Net>, Refused, int>) > 0);
    }

    /// The interval from which the rates were drawn; with measured rates, that of the factors around the
    /// centres.
    [[nodiscard]] const LogUniform& interval() const { return this->rates().interval(); }
};

template <class Net>
AlraoOptimizer(const Net&, Seed) -> AlraoOptimizer<Net>;
template <class Net>
AlraoOptimizer(const Net&, Seed, OptimizerOptions) -> AlraoOptimizer<Net>;
template <class Net>
AlraoOptimizer(const Net&, MeasuredRates, Seed) -> AlraoOptimizer<Net>;
template <class Net>
AlraoOptimizer(const Net&, MeasuredRates, Seed, OptimizerOptions) -> AlraoOptimizer<Net>;
template <class Net>
AlraoOptimizer(const Net&, LogUniform, Seed) -> AlraoOptimizer<Net>;
template <class Net>
AlraoOptimizer(const Net&, LogUniform, Seed, OptimizerOptions) -> AlraoOptimizer<Net>;
template <TrainableModel Net, class... Given>
    requires(!detail::AlraoArguments<Net, rule::Standard, Net, Given...>::deduced)
AlraoOptimizer(const Net&, const Given&...) -> AlraoOptimizer<Net>;

}  // namespace alrao
