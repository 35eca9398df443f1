#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/shape/options.hpp>

#include <cstddef>

namespace alrao {

/// Squeeze and excitation (Hu et al., arXiv 1709.01507, with biases): scales each channel of an image by
/// a gate that is computed from the means of all channels,
///   y = x sigmoid(relu(mean(x) W1 + b1) W2 + b2).
///
/// Input:      [height, width, c]. Output: the same.
/// Parameters: squeeze_weight [c, Reduced*], squeeze_bias [Reduced*],
///             excite_weight [Reduced, c*], excite_bias [c*].
/// Feature (*): a unit of the first product, and a channel of the second: two groups of features. A unit
///             or channel has one learning rate for its column of weights and its bias.
template <std::size_t Reduced>
struct SqueezeExcite {
    static constexpr std::string_view name = "SqueezeExcite";
    enum Parameters : std::size_t { squeeze_weight, squeeze_bias, excite_weight, excite_bias };
    static constexpr std::size_t reduced = at_least_one(Reduced);

    static constexpr Facts facts(const Shape& input) {
        if (input.rank() != 3 || input.per_token)
            return Facts::refused(Refusal{Reason::needs_image_height_width_channels, 3, input.rank()});
        const std::size_t c = input.channels();
        Facts facts = Facts::same_shape(input);
        facts.parameters.push({.name = "squeeze_weight",
                               .extents = Extents{c, reduced},
                               .role = Role::weight,
                               .fan_in = c,
                               .fan_out = reduced,
                               .feature_axis = 1,
                               .group = 0,
                               .official_group = 0});
        facts.parameters.push({.name = "squeeze_bias",
                               .extents = Extents{reduced},
                               .role = Role::bias,
                               .fan_in = c,
                               .fan_out = reduced,
                               .feature_axis = 0,
                               .group = 0,
                               .official_group = 0});
        facts.parameters.push({.name = "excite_weight",
                               .extents = Extents{reduced, c},
                               .role = Role::weight,
                               .fan_in = reduced,
                               .fan_out = c,
                               .feature_axis = 1,
                               .group = 1,
                               .official_group = 1});
        facts.parameters.push({.name = "excite_bias",
                               .extents = Extents{c},
                               .role = Role::bias,
                               .fan_in = reduced,
                               .fan_out = c,
                               .feature_axis = 0,
                               .group = 1,
                               .official_group = 1});
        facts.saved.per_sample = 2 * c + reduced;  // means, reduced units, gates
        // gradients of the gates (later of the means), and of the reduced units
        facts.backward_scratch.per_sample = c + reduced;
        facts.backward_needs_input = true;
        const double size = static_cast<double>(input.size());
        const double products = 4.0 * static_cast<double>(c) * static_cast<double>(reduced);
        facts.flops = 2 * size + products;
        facts.backward_flops = 4 * size + 2 * products;
        return facts;
    }

    static_assert(Reduced > 0, "alrao: SqueezeExcite<Reduced> needs at least one reduced unit");
};

}  // namespace alrao
