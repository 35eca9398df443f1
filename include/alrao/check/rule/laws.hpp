#pragma once

#include <alrao/tensor/philox.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace alrao {

/// The laws of an update rule as sentences, to pass to CheckReport::find. The comment of UpdateRule
/// (learn/update_rule.hpp) explains them.
namespace rule_law {
inline constexpr std::string_view settings = "validate accepts the settings";
inline constexpr std::string_view states = "a step uses as many buffers as states() returns";
inline constexpr std::string_view bound =
    "no parameter and no buffer is larger after a step than bound() returns";
inline constexpr std::string_view zero = "where rate, gradient, parameter and buffers are 0, they stay 0";
inline constexpr std::string_view rest =
    "where the rate and the factor of the schedule are 0, no parameter changes";
inline constexpr std::string_view split = "the results are bit-identical however the parameters are split";
inline constexpr std::string_view resume = "a step depends on its arguments only";
inline constexpr std::string_view scalar = "steps in float and in double agree";
inline constexpr std::string_view sign = "a buffer for which never_negative is true has no negative number";
}  // namespace rule_law

/// Options of check_rule.
struct RuleCheckOptions {
    std::size_t steps = 8;                              ///< number of consecutive steps in most tests
    std::vector<double> gradients{1e-6, 1e-3, 1, 1e6};  ///< standard deviations of gradients, parameters
    std::vector<double> rates{1e-3, 0.1, 3};            ///< rates of the columns, repeated if too few
    std::vector<int> threads{1, 2, 3};                  ///< numbers of threads whose results are compared
    double tolerance = 1e-3;  ///< allowed error of steps in float, relative to the largest parameter
    Seed seed{1};             ///< seed of all random numbers
};

}  // namespace alrao
