#pragma once

#include <alrao/learn/guard.hpp>
#include <alrao/learn/likelihood.hpp>
#include <alrao/learn/model_averaging.hpp>
#include <alrao/learn/rate_groups.hpp>
#include <alrao/learn/retirement.hpp>
#include <alrao/learn/schedule.hpp>

#include <optional>

namespace alrao {

/// How an optimizer treats all of its parameters alike.
struct OptimizerOptions {
    Schedule schedule{};                ///< one factor of all rates, copies included
    std::optional<double> clip_norm{};  ///< largest Euclidean norm of the trunk's gradient, before the rates
    std::optional<double> clip_feature_norm{};  ///< likewise of each feature's gradient; none: no clipping
    Averaging averaging = Switch{};             ///< of the copies of an averaged head
    Likelihood likelihood = Likelihood::mean;   ///< what a batch says of them
    std::optional<Retirement> retirement{};     ///< of copies whose weight has long been negligible
    std::optional<Guard> guard{};               ///< Guard{} for Alrao, guard_of_one_rate for a baseline
    RateGroups rate_groups = RateGroups::per_feature;  ///< of AlraoOptimizer
};

}  // namespace alrao
