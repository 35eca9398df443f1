#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/shape/window.hpp>

namespace alrao::layers {

/// The refusal of a window that does not fit its input, or no refusal. Used by convolution and pooling.
constexpr Refusal window_refusal(const Window& window, const Shape& input) {
    if (input.rank() != 3 || input.per_token)
        return Refusal{Reason::needs_image_height_width_channels, 3, input.rank()};
    const WindowAxis &v = window.vertical, &h = window.horizontal;
    // With this much padding, some windows would contain no pixel of the input.
    if (v.padding >= v.reach()) return Refusal{Reason::needs_padding_below_window, v.padding, v.reach()};
    if (h.padding >= h.reach()) return Refusal{Reason::needs_padding_below_window, h.padding, h.reach()};
    if (!v.fits(input[0]))
        return Refusal{Reason::needs_window_within_padded_height, v.reach(), input[0] + 2 * v.padding};
    if (!h.fits(input[1]))
        return Refusal{Reason::needs_window_within_padded_width, h.reach(), input[1] + 2 * h.padding};
    return {};
}

/// The output shape [height, width, channels] of a window that moves over an input.
constexpr Shape window_output(const Window& window, const Shape& input, std::size_t channels) {
    return image(window.vertical.output(input[0]), window.horizontal.output(input[1]), channels);
}

}  // namespace alrao::layers
