#pragma once

#include <alrao/check/report.hpp>
#include <alrao/check/rule/detail/rule_check.hpp>
#include <alrao/check/rule/laws.hpp>
#include <alrao/learn/update_rule.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>

#include <string>
#include <string_view>

namespace alrao {

/// Checks the laws of an update rule, which learn/update_rule.hpp lists above UpdateRule, with random
/// parameters and gradients. `rule` has no rate: pass rule::Adam{}, not Adam{.rate = 1e-3}.
///
///     const CheckReport report = check_rule(RmsProp{.decay = 0.9});
///     if (!report) std::cout << report << '\n';
///
/// @tparam Backend the back end for which the update is compiled
/// @returns the laws that were tested, and the first case in which each broken law does not hold
template <UpdateRule Rule, class Backend = DefaultBackend>
[[nodiscard]] CheckReport check_rule(const Rule& rule, const RuleCheckOptions& options = {}) {
    CheckReport report;
    report.subject = message_of({"rule ", std::string_view(Rule::name)});
    std::string refused;
    try {
        rule.validate();
    } catch (const ArgumentError& thrown) {
        refused = thrown.what();
    }
    report.note(rule_law::settings, refused.empty(), {refused});
    if (report) check::RuleCheck<Rule, Backend>(rule, options, report).all();
    return report;
}

}  // namespace alrao
