#pragma once

#include <alrao/shape/extents.hpp>
#include <alrao/shape/options.hpp>

#include <cstddef>
#include <type_traits>

namespace alrao {

/// A sliding window along one axis of an image: the values of Kernel, Stride, Padding and Dilation.
struct WindowAxis {
    std::size_t kernel = 1, stride = 1, padding = 0, dilation = 1;

    /// Extent of the dilated window: input positions from the first to the last tap, both included.
    constexpr std::size_t reach() const { return saturating_multiply(kernel - 1, dilation) + 1; }
    /// Whether the window fits into an axis of `input` pixels with padding on both sides.
    constexpr bool fits(std::size_t input) const {
        return reach() < saturated && padding < saturated && reach() <= input + 2 * padding;
    }
    /// Number of window positions: floor((input + 2 padding - reach) / stride) + 1. Requires fits(input).
    constexpr std::size_t output(std::size_t input) const {
        return (input + 2 * padding - reach()) / stride + 1;
    }
    constexpr bool operator==(const WindowAxis&) const = default;
};

/// A sliding window over height and width, with the other options of the layer that uses it.
struct Window {
    WindowAxis vertical{}, horizontal{};
    std::size_t groups = 1;
    bool bias = true;
    bool stride_given = false;  ///< the options contain a Stride

    /// Stores the value of an option.
    template <std::size_t H, std::size_t W>
    constexpr void set(std::type_identity<Kernel<H, W>>) {
        vertical.kernel = at_least_one(H), horizontal.kernel = at_least_one(W);
    }
    template <std::size_t V, std::size_t H>
    constexpr void set(std::type_identity<Stride<V, H>>) {
        vertical.stride = at_least_one(V), horizontal.stride = at_least_one(H);
        stride_given = true;
    }
    template <std::size_t V, std::size_t H>
    constexpr void set(std::type_identity<Padding<V, H>>) {
        vertical.padding = V, horizontal.padding = H;
    }
    template <std::size_t V, std::size_t H>
    constexpr void set(std::type_identity<Dilation<V, H>>) {
        vertical.dilation = at_least_one(V), horizontal.dilation = at_least_one(H);
    }
    template <std::size_t N>
    constexpr void set(std::type_identity<Groups<N>>) {
        groups = at_least_one(N);
    }
    constexpr void set(std::type_identity<NoBias>) { bias = false; }
    /// Ignores unknown options; the layer that receives them refuses them.
    template <class Unknown>
    constexpr void set(std::type_identity<Unknown>) {}
};

/// The window described by a list of options. Unknown options are ignored.
template <class... Options>
constexpr Window window_of() {
    Window window;
    (window.set(std::type_identity<Options>{}), ...);
    return window;
}

/// Whether no option occurs more than once in a list.
template <class... Options>
inline constexpr bool each_option_once =
    (0 + ... + int{is_kernel<Options>}) <= 1 && (0 + ... + int{is_stride<Options>}) <= 1 &&
    (0 + ... + int{is_padding<Options>}) <= 1 && (0 + ... + int{is_dilation<Options>}) <= 1 &&
    (0 + ... + int{is_groups<Options>}) <= 1 && (0 + ... + int{std::is_same_v<Options, NoBias>}) <= 1;

}  // namespace alrao
