#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/layers/kernel_traits.hpp>
#include <alrao/shape/options.hpp>

#include <type_traits>

namespace alrao {

/// Fully connected layer: y = x W + b. Option: NoBias.
///
/// Input:      [n], also per token.
/// Output:     [Units].
/// Parameters: weight W [n, Units*], bias b [Units*] (not with NoBias).
/// Feature (*): a unit: its column of the weight and its bias share one learning rate.
template <std::size_t Units, class... Options>
struct Dense {
    static constexpr std::string_view name = "Dense";
    enum Parameters : std::size_t { weight, bias };
    static constexpr std::size_t units = at_least_one(Units);

    static constexpr Facts facts(const Shape& input) {
        if (input.rank() != 1)
            return Facts::refused(Refusal{Reason::needs_flat_input_use_Flatten, 1, input.rank()});
        constexpr bool has_bias = sizeof...(Options) == 0;
        const std::size_t n = input.channels();
        Facts facts;
        facts.output = features(units, input.per_token);
        facts.parameters.push({.name = "weight",
                               .extents = Extents{n, units},
                               .role = Role::weight,
                               .fan_in = n,
                               .fan_out = units,
                               .feature_axis = 1});
        if (has_bias)
            facts.parameters.push({.name = "bias",
                                   .extents = Extents{units},
                                   .role = Role::bias,
                                   .fan_in = n,
                                   .fan_out = units,
                                   .feature_axis = 0});
        facts.flops = 2.0 * static_cast<double>(n) * units + (has_bias ? units : 0);
        facts.backward_flops = 4.0 * static_cast<double>(n) * units + (has_bias ? units : 0);
        facts.backward_needs_input = true;
        return facts;
    }
    static constexpr KernelTraits kernel_traits(const Shape&) { return {.ends_with_relu = true}; }

    static_assert(Units > 0, "alrao: Dense<Units> needs at least one unit");
    static_assert((std::is_same_v<Options, NoBias> && ...) && sizeof...(Options) <= 1,
                  "alrao: Dense<Units, Options...> takes one option, NoBias, once");
};

}  // namespace alrao
