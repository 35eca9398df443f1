#pragma once

#include <alrao/shape/window.hpp>

#include <cstddef>

namespace alrao::kernels {

/// The extents of a convolution with channels last: x [batch, height, width, channels] and y [batch,
/// out_height, out_width, out_channels], each as a matrix with one row per pixel; weight [kernel height,
/// kernel width, channels / groups, out_channels], contiguous.
struct ConvolutionShape {
    std::size_t batch, height, width, channels;
    std::size_t out_height, out_width, out_channels;
    Window window;
    /// The largest batch for which the workspace is used. The method is chosen for this batch, so that
    /// the results of a sample do not depend on the size of its batch.
    std::size_t max_batch = batch;

    /// The number of input pixels of the batch; out_pixels() is the number of output pixels.
    [[nodiscard]] constexpr std::size_t pixels() const { return batch * height * width; }
    [[nodiscard]] constexpr std::size_t out_pixels() const { return batch * out_height * out_width; }
    /// The number of positions of the window.
    [[nodiscard]] constexpr std::size_t taps() const {
        return window.vertical.kernel * window.horizontal.kernel;
    }
    /// The numbers of input channels and of output channels of a group.
    [[nodiscard]] constexpr std::size_t group_channels() const { return channels / window.groups; }
    [[nodiscard]] constexpr std::size_t group_out_channels() const { return out_channels / window.groups; }
    /// The number of elements of `weight`.
    [[nodiscard]] constexpr std::size_t weights() const { return taps() * group_channels() * out_channels; }
    /// True if each channel is a group with one filter.
    [[nodiscard]] constexpr bool is_depthwise() const {
        return window.groups == channels && channels == out_channels;
    }
};

/// The shape of a convolution with `window` over images of these extents.
[[nodiscard]] constexpr ConvolutionShape convolution_shape(std::size_t batch, std::size_t height,
                                                           std::size_t width, std::size_t channels,
                                                           std::size_t out_channels, const Window& window) {
    return {.batch = batch,
            .height = height,
            .width = width,
            .channels = channels,
            .out_height = window.vertical.output(height),
            .out_width = window.horizontal.output(width),
            .out_channels = out_channels,
            .window = window,
            .max_batch = batch};
}

}  // namespace alrao::kernels
