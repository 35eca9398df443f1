#pragma once

#include <alrao/layers/kernel_traits.hpp>
#include <alrao/layers/window_facts.hpp>
#include <alrao/meta/list.hpp>

namespace alrao {

namespace layers {
/// The Size x Size window of a pooling layer. The stride is Size unless an option gives it.
template <std::size_t Size, class... Options>
constexpr Window pooling_window() {
    Window window = window_of<Kernel<at_least_one(Size)>, Options...>();
    if (!window.stride_given) window.vertical.stride = window.horizontal.stride = at_least_one(Size);
    return window;
}
/// Whether the options are a Stride and a Padding at most, each once.
template <std::size_t Size, class... Options>
inline constexpr bool pooling_options =
    ((is_stride<Options> || is_padding<Options>)&&...) && each_option_once<Options...>;

/// Whether each of `extent` pixels lies in exactly one window, without padding.
constexpr bool covers_once(const WindowAxis& axis, std::size_t extent) {
    return axis.stride == axis.kernel && axis.padding == 0 && extent % axis.kernel == 0;
}

/// The facts of a pooling layer, without saved memory.
constexpr Facts pooling_facts(const Window& window, const Shape& input) {
    if (const Refusal refusal = window_refusal(window, input)) return Facts::refused(refusal);
    Facts facts;
    facts.output = window_output(window, input, input.channels());
    facts.flops = static_cast<double>(window.vertical.kernel * window.horizontal.kernel) *
                  static_cast<double>(facts.output.size());
    facts.backward_flops = facts.flops;
    return facts;
}
}  // namespace layers

/// Max pooling: the maximum of each Size x Size window, per channel.
///
/// Options:    Stride (default: Size), Padding (with minus infinity; default: 0).
/// Input:      [height, width, channels]. Output: [h, w, channels] with h and w as in Conv2d.
/// Parameters: none. If a window has several equal maxima, the first one receives the gradient.
template <std::size_t Size, class... StrideAndPadding>  // MaxPool2d<2, Stride<2>, Padding<1>>
struct MaxPool2d {
    static constexpr std::string_view name = "MaxPool2d";
    static constexpr Window window = layers::pooling_window<Size, StrideAndPadding...>();
    static constexpr Facts facts(const Shape& input) {
        Facts facts = layers::pooling_facts(window, input);
        if (facts.refusal) return facts;
        facts.saved.per_sample = facts.output.size();  // position of the maximum in each window
        return facts;
    }
    static constexpr KernelTraits kernel_traits(const Shape& input) {
        return {.is_disjoint_pooling = layers::covers_once(window.vertical, input[0]) &&
                                       layers::covers_once(window.horizontal, input[1])};
    }

    static_assert(meta::stated<sizeof(StrideAndPadding)...>);
    static_assert(Size > 0, "alrao: MaxPool2d<Size> needs a window of at least 1");
    static_assert(layers::pooling_options<Size, StrideAndPadding...>,
                  "alrao: MaxPool2d<Size, Options...> takes the options Stride and Padding, each once");
};

/// Average pooling: the mean of each Size x Size window, per channel. Padding counts as zeros, as in
/// PyTorch. Options and shapes as in MaxPool2d. No parameters.
template <std::size_t Size, class... StrideAndPadding>  // AveragePool2d<2, Stride<2>>
struct AveragePool2d {
    static constexpr std::string_view name = "AveragePool2d";
    static constexpr Window window = layers::pooling_window<Size, StrideAndPadding...>();
    static constexpr Facts facts(const Shape& input) { return layers::pooling_facts(window, input); }

    static_assert(meta::stated<sizeof(StrideAndPadding)...>);
    static_assert(Size > 0, "alrao: AveragePool2d<Size> needs a window of at least 1");
    static_assert(layers::pooling_options<Size, StrideAndPadding...>,
                  "alrao: AveragePool2d<Size, Options...> takes the options Stride and Padding, each once");
};

/// The mean of each channel over all pixels. Input: [height, width, channels]. Output: [channels]. No
/// parameters.
struct GlobalAveragePool2d {
    static constexpr std::string_view name = "GlobalAveragePool2d";
    static constexpr Facts facts(const Shape& input) {
        if (input.rank() != 3 || input.per_token)
            return Facts::refused(Refusal{Reason::needs_image_height_width_channels, 3, input.rank()});
        Facts facts = Facts::same_shape(features(input.channels()));
        facts.flops = facts.backward_flops = static_cast<double>(input.size());
        return facts;
    }
};

}  // namespace alrao
