#pragma once

#include <alrao/learn/averaging.hpp>
#include <alrao/learn/guard.hpp>
#include <alrao/learn/likelihood.hpp>
#include <alrao/learn/model_averaging.hpp>
#include <alrao/learn/rate_groups.hpp>
#include <alrao/learn/retirement.hpp>
#include <alrao/learn/schedule.hpp>

#include <optional>

namespace alrao {

/// Settings of an optimizer beside its rule and its rates. An optimizer refuses an option that would have no
/// effect on its network.
struct OptimizerOptions {
    Schedule schedule{};                ///< common factor of all rates, those of the copies included
    std::optional<double> clip_norm{};  ///< largest Euclidean norm of the trunk's gradient, before the rates
    std::optional<double> clip_feature_norm{};  ///< largest norm of each feature's gradient, likewise
    Averaging averaging = Switch{};             ///< how the copies of an averaged head get their weights
    Likelihood likelihood = Likelihood::mean;   ///< how much one batch says about the copies
    std::optional<Retirement> retirement{};     ///< when copies of negligible weight are no longer computed
    std::optional<Guard> guard{};  ///< by default Guard{} with AlraoOptimizer, else guard_of_one_rate
    RateGroups rate_groups = RateGroups::per_feature;  ///< which parameters share a rate; AlraoOptimizer only
};

}  // namespace alrao
