#pragma once

#include <alrao/kernels/update/step.hpp>
#include <alrao/learn/rule.hpp>
#include <alrao/learn/update_rule.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace alrao::rule {

/// The default rule of AlraoOptimizer, which is chosen by its rates: NAdamW{} with measured rates, Sgd{} with rates
/// from an interval, as published. To change settings, name the rule: `AlraoOptimizer<Net, rule::NAdamW>`.
struct Standard {
    static constexpr std::string_view name = "Standard";
    static constexpr bool scale_free = true;
    bool measured = false;  ///< true: NAdamW, false: Sgd

    /// The name of the rule that was chosen; files contain this one.
    [[nodiscard]] std::string_view stored_name() const { return measured ? NAdamW::name : Sgd::name; }
    void validate() const {}
    static constexpr std::size_t most_states = NAdamW::states();
    [[nodiscard]] constexpr std::size_t states() const { return measured ? NAdamW::states() : 0; }
    /// Buffer 1 holds means of squares.
    [[nodiscard]] static constexpr bool never_negative(std::size_t k) { return NAdamW::never_negative(k); }

    template <class T, class F>
    decltype(auto) with_step(const Moment& moment, F&& f) const {
        if (measured) return NAdamW{}.template with_step<T>(moment, f);
        return f(kernels::PlainSgdStep{});
    }
    [[nodiscard]] double bound(const Moment& moment, const Extremes& largest) const {
        return measured ? NAdamW{}.bound(moment, largest) : Sgd{}.bound(moment, largest);
    }

    friend constexpr bool operator==(const Standard&, const Standard&) = default;
};

}  // namespace alrao::rule

namespace alrao::detail {

/// The rule with its default settings, for measured rates.
template <class Rule>
[[nodiscard]] Rule rule_of_measured_rates() {
    if constexpr (std::is_same_v<Rule, rule::Standard>) return {.measured = true};
    else return {};
}

}  // namespace alrao::detail
