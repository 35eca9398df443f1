#pragma once

#include <alrao/learn/averaging.hpp>
#include <alrao/learn/centre.hpp>
#include <alrao/learn/guard.hpp>
#include <alrao/learn/likelihood.hpp>
#include <alrao/learn/model_averaging.hpp>
#include <alrao/learn/rate_groups.hpp>
#include <alrao/learn/retirement.hpp>
#include <alrao/learn/schedule.hpp>
#include <alrao/learn/weight_average.hpp>

#include <optional>

namespace alrao {

/// Options of an optimizer, in addition to its rule and its rates. The constructor of an optimizer throws
/// ArgumentError on an option that would have no effect on its network. The rate policy, which has defaults
/// of some options, is MeasuredRates or a rule with its rate (OneRateSpec).
struct OptimizerOptions {
    /// Common factor of all rates, including those of the copies. Default: constant, or that of the rate
    /// policy
    std::optional<Schedule> schedule{};
    std::optional<Centre> centre{};  ///< factor of the rates of each parameter, measured during training
    std::optional<WeightAveraging> weight_average{};  ///< average of the parameters, used after a fit
    std::optional<double> clip_norm{};                ///< largest Euclidean norm of the gradient of the trunk
    std::optional<double> clip_feature_norm{};  ///< largest Euclidean norm of the gradient of each feature
    /// How the weights of the copies of an averaged head are computed. Default: Switch{}, or that of the rate
    /// policy
    std::optional<Averaging> averaging{};
    Likelihood likelihood = Likelihood::mean;  ///< influence of one batch on these weights
    std::optional<Retirement> retirement{};    ///< when copies of negligible weight are no longer computed
    std::optional<Guard>
        guard{};  ///< default: Guard{} in AlraoOptimizer, guard_of_one_rate in OneRateOptimizer
    RateGroups rate_groups = RateGroups::per_feature;  ///< which parameters share a rate; AlraoOptimizer only
};

}  // namespace alrao
