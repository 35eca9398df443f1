#pragma once

#include <alrao/learn/one_rate.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/rates.hpp>
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
                  "alrao: OneRateOptimizer<Net, Rule> is of the type of a model, and this is none, or a "
                  "pointer to one: OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}};");
    static_assert(like_rule<AskedRule>,
                  "alrao: OneRateOptimizer<Net, Rule> takes the rule as type and the rate as value: "
                  "OneRateOptimizer<Net, rule::Adam>{net, Adam{.rate = 1e-3}}");
    static_assert(sizeof(std::conditional_t<like_rule<AskedRule>, CheckedRule<AskedRule>, int>) > 0);
};

/// Whether OneRateOptimizer was given what it takes: a model, and a rule of its type with its rate.
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
                  "alrao: OneRateOptimizer<Net> takes first a model of its own type Net, no pointer: "
                  "OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}};");
    static_assert(!Of::model || Of::spec,
                  "alrao: OneRateOptimizer takes a rule with its rate, Sgd{.rate = 0.1} or Adam{.rate = "
                  "1e-3}, as second argument: OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}};");
    static_assert(!Of::model || !Of::spec || Of::rule,
                  "alrao: OneRateOptimizer<Net, Rule> is of another rule than it is given: write "
                  "OneRateOptimizer optimizer{net, Adam{.rate = 1e-3}}; or name rule::Adam as Rule");
    static_assert(!Of::model || !Of::rule || Of::options,
                  "alrao: behind the rule OneRateOptimizer takes its options, in braces: OneRateOptimizer "
                  "optimizer{net, Adam{}, {.schedule = schedule::Linear{}}};");
};

}  // namespace detail

/// How a baseline is guarded: where all features have one rate, losing some of them is no chance, so
/// its divergence is an error; and it is one only when numbers are no longer finite, as anywhere else.
inline constexpr Guard guard_of_one_rate{.policy = OnDivergence::throw_,
                                         .threshold = std::numeric_limits<double>::infinity()};

/// One learning rate for all parameters: the baseline, by the same kernels as AlraoOptimizer. All
/// copies of an averaged head train at that rate.
template <class Net, class Rule = rule::Sgd>
class OneRateOptimizer : public Optimizer<detail::ModelOrStandIn<Net>, detail::RuleOrSgd<Rule>> {
    using Base = Optimizer<detail::ModelOrStandIn<Net>, detail::RuleOrSgd<Rule>>;
    static_assert(sizeof(detail::OneRateCheck<Net, Rule>) || true);

public:
    /// @throws ArgumentError on a rate that is not above 0 in float, or options that cannot be
    template <OneRateSpec Spec>
        requires std::is_same_v<typename Spec::Rule, Rule>
    OneRateOptimizer(const Net& net, const Spec& spec, OptimizerOptions options = {})
        : Base(detail::model_or_stand_in(net), detail::rule_or_sgd(spec.rule()), std::move(options),
               guard_of_one_rate),
          rate_(spec.rate) {
        using Float = std::numeric_limits<float>;
        if (!is_finite(rate_) || !(rate_ >= static_cast<double>(Float::min())) ||
            !(rate_ <= static_cast<double>(Float::max())))
            fail({"alrao: OneRateOptimizer: the rate must be a number above 0, got ", rate_});
        if (this->options().rate_groups != RateGroups::per_feature)
            fail("alrao: OneRateOptimizer: all parameters have one rate: .rate_groups is for AlraoOptimizer");
        this->set_rate_interval(rate_, rate_);
        for (std::size_t p = 0; p < Base::parameter_count; ++p)
            rates::constant(Base::table[p], rate_, this->rate_row(p));
    }

    /// Refused in words: other arguments than those.
    template <class... Given>
        requires(!meta::begins_with<OneRateOptimizer, Given...> &&
                 !detail::OneRateArguments<Net, Rule, Given...>::good)
    explicit OneRateOptimizer(const Given&...)
        : Base(meta::never<const detail::ModelOrStandIn<Net>&>(), {}, {}, guard_of_one_rate), rate_(0) {
        using Refused = detail::RefusedOneRateArguments<Net, Rule, Given...>;
        constexpr bool sound = TrainableModel<Net> && detail::like_rule<Rule>;
        static_assert(sizeof(std::conditional_t<sound, Refused, int>) > 0);
    }

    using Base::rate;
    /// The rate of all, without the schedule: that of a file, once it was loaded.
    [[nodiscard]] double rate() const {
        const auto rates = this->state().rates.span();
        if (rates.empty()) return rate_;  // moved from
        const auto now = *std::max_element(rates.begin(), rates.end());
        return now == static_cast<decltype(now)>(rate_) ? rate_ : static_cast<double>(now);
    }

private:
    double rate_;
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
