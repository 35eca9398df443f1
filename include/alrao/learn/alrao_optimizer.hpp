#pragma once

#include <alrao/learn/log_uniform.hpp>
#include <alrao/learn/one_rate.hpp>
#include <alrao/learn/optimizer.hpp>
#include <alrao/learn/rate_groups.hpp>
#include <alrao/learn/rates.hpp>
#include <alrao/tensor/philox.hpp>

#include <cstddef>
#include <utility>

namespace alrao {

/// A network whose head is averaged over copies.
template <class Net>
inline constexpr bool ends_in_averaged_head = [] {
    for (const ParameterEntry& entry : Net::parameters)
        if (entry.layer == "AveragedHead") return true;
    return false;
}();

namespace detail {

template <class Net, class AskedRule>
struct AlraoCheck {
    static_assert(ends_in_averaged_head<Net>,
                  "alrao: AlraoOptimizer needs copies of the last layer to choose from: end the "
                  "network with AveragedHead<Classifier, N>, or train it at one rate by "
                  "OneRateOptimizer");
    static_assert(!OneRateSpec<AskedRule>,
                  "alrao: AlraoOptimizer draws the rates itself: give it a rule without one, such as "
                  "rule::Sgd or rule::Adam");
    static_assert(is_rule<AskedRule> || OneRateSpec<AskedRule>,
                  "alrao: AlraoOptimizer<Net, Rule>: this is no rule, see UpdateRule");
};

}  // namespace detail


/// All learning rates at once: each feature of the trunk gets a rate of its own, drawn once from the
/// interval, log-uniformly; the copies of the head get rates evenly spaced in its logarithm. The
/// trunk follows the gradient of the averaged loss, each copy that of its own. With one copy and
/// LogUniform{r, r} it is bit for bit OneRateOptimizer at r. Source: Alrao, algorithm 1.
template <class Net, class Rule = rule::Sgd>
class AlraoOptimizer : public Optimizer<Net, detail::RuleOrSgd<Rule>> {
    using Base = Optimizer<Net, detail::RuleOrSgd<Rule>>;
    static_assert(sizeof(detail::AlraoCheck<Net, Rule>) || true);

public:
    /// @throws ArgumentError on options that cannot be
    [[gnu::cold]] AlraoOptimizer(const Net& net, LogUniform interval, Seed seed, Rule rule,
                                 OptimizerOptions options = {})
        : Base(net, std::move(rule), options, Guard{}), interval_(interval) {
        for (std::size_t p = 0; p < Base::parameter_count; ++p) {
            const ParameterEntry& entry = Base::table[p];
            if (entry.copies > 0) {
                rates::spread(entry, interval, this->rate_row(p));
            } else {
                rates::draw(entry, p, options.rate_groups, interval, seed, this->rate_row(p));
            }
        }
    }

    AlraoOptimizer(const Net& net, LogUniform interval, Seed seed, OptimizerOptions options = {})
        : AlraoOptimizer(net, interval, seed, Rule{}, std::move(options)) {}

    [[nodiscard]] const LogUniform& interval() const { return interval_; }

private:
    LogUniform interval_;
};

template <class Net>
AlraoOptimizer(const Net&, LogUniform, Seed) -> AlraoOptimizer<Net>;
template <class Net>
AlraoOptimizer(const Net&, LogUniform, Seed, OptimizerOptions) -> AlraoOptimizer<Net>;

}  // namespace alrao
