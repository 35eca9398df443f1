#pragma once

#include <alrao/layers/kernel_traits.hpp>
#include <alrao/layers/window_facts.hpp>
#include <alrao/meta/list.hpp>

namespace alrao {

/// Two-dimensional convolution (cross-correlation, as in PyTorch) of an image with Channels filters.
///
/// Options:    Kernel<H, W> (required), Stride, Padding (with zeros), Dilation, Groups, NoBias; see
///             shape/options.hpp.
/// Input:      [height, width, c]. Output: [h, w, Channels] with
///             h = floor((height + 2 padding - dilation (kernel - 1) - 1) / stride) + 1.
/// Parameters: weight [kh, kw, c / groups, Channels*], bias [Channels*] (not with NoBias).
/// Feature (*): a filter, that is, an output channel.
template <std::size_t Channels, class... KernelAndOptions>  // Conv2d<8, Kernel<3>, Padding<1>>
struct Conv2d {
    static constexpr std::string_view name = "Conv2d";
    enum Parameters : std::size_t { weight, bias };
    static constexpr Window window = window_of<KernelAndOptions...>();
    static constexpr std::size_t channels = at_least_one(Channels);

    static constexpr Facts facts(const Shape& input) {
        if (const Refusal refusal = layers::window_refusal(window, input)) return Facts::refused(refusal);
        const std::size_t c = input.channels();
        if (c % window.groups != 0)
            return Facts::refused(Refusal{Reason::needs_groups_that_divide_input_channels, window.groups, c});
        const std::size_t kh = window.vertical.kernel, kw = window.horizontal.kernel;
        const std::size_t taps = kh * kw * (c / window.groups);
        Facts facts;
        facts.output = layers::window_output(window, input, channels);
        facts.parameters.push({.name = "weight",
                               .extents = Extents{kh, kw, c / window.groups, channels},
                               .role = Role::weight,
                               .fan_in = taps,
                               .fan_out = kh * kw * channels / window.groups,
                               .feature_axis = 3});
        if (window.bias)
            facts.parameters.push({.name = "bias",
                                   .extents = Extents{channels},
                                   .role = Role::bias,
                                   .fan_in = taps,
                                   .fan_out = channels,
                                   .feature_axis = 0});
        facts.flops =
            (2.0 * static_cast<double>(taps) + window.bias) * static_cast<double>(facts.output.size());
        facts.backward_flops = 2 * facts.flops;
        facts.backward_needs_input = true;
        return facts;
    }
    static constexpr KernelTraits kernel_traits(const Shape&) {
        return {.ends_with_relu = true, .writes_statistics = true};
    }

    static_assert(meta::stated<sizeof(KernelAndOptions)...>);
    static_assert(Channels > 0, "alrao: Conv2d<Channels, ...> needs at least one channel");
    static_assert((is_kernel<KernelAndOptions> || ...), "alrao: Conv2d needs a Kernel<H, W> option");
    static_assert(((is_kernel<KernelAndOptions> || is_stride<KernelAndOptions> ||
                    is_padding<KernelAndOptions> || is_dilation<KernelAndOptions> ||
                    is_groups<KernelAndOptions> || std::is_same_v<KernelAndOptions, NoBias>)&&...),
                  "alrao: Conv2d takes the options Kernel, Stride, Padding, Dilation, Groups and NoBias");
    static_assert(each_option_once<KernelAndOptions...>, "alrao: Conv2d takes each option once");
    static_assert(Channels % window.groups == 0,
                  "alrao: Conv2d<Channels, Groups<N>> needs an N that divides Channels");
};

}  // namespace alrao
