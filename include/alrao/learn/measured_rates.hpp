#pragma once

#include <alrao/learn/averaging.hpp>
#include <alrao/learn/log_uniform.hpp>
#include <alrao/learn/measured_centre.hpp>
#include <alrao/learn/model_averaging.hpp>
#include <alrao/learn/optimizer_options.hpp>
#include <alrao/learn/schedule.hpp>
#include <alrao/learn/weight_average.hpp>

#include <cmath>

namespace alrao {

/// Rates without an interval: they are spread around centres that are measured during training. The rate of a
/// feature is its random factor, times the centre of its parameter, times the factor of the schedule. The
/// copies of the head have factors that are evenly spaced in the logarithm. After a fit the model has the
/// average of its parameters.
///
/// This form is for trainings whose number of steps is known, as in `fit`: the factor of the schedule rises
/// in the first 2 % of the steps, and decreases linearly in the last 70 %.
struct MeasuredRates {
    LogUniform spread = around(1, 0.5);  ///< distribution of the random factors of the trunk
    LogUniform copies = around(3, 0.5);  ///< smallest and largest factor of the copies of the head
    centre::Measured centre{};           ///< how the centres are measured
    Schedule schedule = schedule::WarmUpHoldDecay{};  ///< common factor of all rates
    WeightAveraging average = average::Window{};      ///< average of the parameters
    Averaging averaging = FixedShare{.alpha = 0.2};   ///< how the weights of the copies are computed

    /// The interval from middle / 10^decades to middle 10^decades: around(1, 0.5) is from 0.316 to 3.16.
    /// @throws ArgumentError as LogUniform
    [[nodiscard]] static LogUniform around(double middle, double decades) {
        const double factor = std::pow(10, decades);
        return {middle / factor, middle * factor};
    }
};

/// MeasuredRates for long trainings: the factor decreases from the end of the warm-up on.
struct LongMeasuredRates : MeasuredRates {
    LongMeasuredRates() { schedule = schedule::WarmUpHoldDecay{.decay = 1}; }
};

/// MeasuredRates for trainings whose number of steps is unknown: the factor rises in the first 20 steps and
/// remains 1, and later steps have more weight in the average.
struct OpenMeasuredRates : MeasuredRates {
    OpenMeasuredRates() {
        schedule = schedule::WarmUp{.steps = 20};
        average = average::Polynomial{};
    }
};

namespace detail {
/// The options of an optimizer of Net with these rates. Options that are given take precedence.
template <class Net>
[[nodiscard, gnu::cold]] OptimizerOptions options_of(const MeasuredRates& rates, OptimizerOptions given) {
    if (!given.schedule) given.schedule = rates.schedule;
    if (!given.centre) given.centre = rates.centre;
    if (!given.weight_average) given.weight_average = rates.average;
    if (!given.averaging && Net::copies > 1) given.averaging = rates.averaging;
    return given;
}
}  // namespace detail

}  // namespace alrao
