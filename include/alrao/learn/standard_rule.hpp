#pragma once

#include <alrao/learn/rule.hpp>
#include <alrao/learn/update_rule.hpp>
#include <alrao/tensor/fail.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

#pragma GCC diagnostic push  // operator== of numbers means exactly equal
#pragma GCC diagnostic ignored "-Wfloat-equal"

namespace alrao::rule {

/// The default rule of AlraoOptimizer, which is chosen by its rates: NAdamW{} with measured rates, Sgd{} with
/// rates from an interval, as published. It can be made from either, with other settings.
struct Standard {
    static constexpr std::string_view name = "Standard";
    /// True of NAdamW only; with measured rates the constructor of AlraoOptimizer refuses Sgd.
    static constexpr bool scale_free = true;
    Sgd sgd{};              ///< the rule, unless `measured` is set
    NAdamW nadamw{};        ///< the rule, if `measured` is set
    bool measured = false;  ///< whether the rates are measured

    Standard() = default;
    /// With the settings of `rule`, for rates from an interval.
    Standard(const Sgd& rule) : sgd(rule) {}
    /// With the settings of `rule`, for measured rates.
    Standard(const NAdamW& rule) : nadamw(rule), measured(true) {}

    /// The name of the rule that was chosen; files contain this one.
    [[nodiscard]] std::string_view stored_name() const { return measured ? NAdamW::name : Sgd::name; }
    /// @throws ArgumentError on invalid settings of the rule that was chosen
    void validate() const { measured ? nadamw.validate() : sgd.validate(); }
    static constexpr std::size_t most_states = NAdamW::states();
    [[nodiscard]] constexpr std::size_t states() const { return measured ? NAdamW::states() : sgd.states(); }
    /// Buffer 1 holds means of squares.
    [[nodiscard]] static constexpr bool never_negative(std::size_t k) { return NAdamW::never_negative(k); }

    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        if (measured) return nadamw.template with_step<T>(moment, f);
        return sgd.template with_step<T>(moment, f);
    }
    [[nodiscard]] double bound(const Moment& moment, const Extremes& largest) const {
        return measured ? nadamw.bound(moment, largest) : sgd.bound(moment, largest);
    }

    friend constexpr bool operator==(const Standard&, const Standard&) = default;
};

}  // namespace alrao::rule

namespace alrao::detail {

/// The rule with its default settings, for measured rates.
template <class Rule>
[[nodiscard]] Rule rule_of_measured_rates() {
    if constexpr (std::is_same_v<Rule, rule::Standard>) return rule::NAdamW{};
    else return {};
}

/// Returns `rule`.
/// @throws ArgumentError if it is rule::Sgd, which does not suit measured rates
template <class Rule>
[[nodiscard, gnu::cold]] const Rule& for_measured_rates(const Rule& rule) {
    if constexpr (std::is_same_v<Rule, rule::Standard>)
        if (!rule.measured)
            fail(
                "alrao: AlraoOptimizer: measured rates need a rule whose steps do not depend on the scale of the "
                "gradient, such as rule::NAdamW; for rule::Sgd pass an interval: LogUniform{1e-5, 10}");
    return rule;
}

}  // namespace alrao::detail

#pragma GCC diagnostic pop
