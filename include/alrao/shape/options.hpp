#pragma once

#include <cstddef>
#include <type_traits>

namespace alrao {

// Options of layers that move a window over an image, given by name and in any order. Units are pixels.
// With one argument, both directions take the same value: Kernel<3> is Kernel<3, 3>.

/// Height and width of the window.
template <std::size_t Height, std::size_t Width = Height>
struct Kernel {
    static_assert(Height > 0 && Width > 0, "alrao: Kernel<H, W> needs a window of at least 1 x 1");
};
/// Distance between neighbouring windows. Default: 1 in convolutions, the window's extent in pooling.
template <std::size_t Vertical, std::size_t Horizontal = Vertical>
struct Stride {
    static_assert(Vertical > 0 && Horizontal > 0, "alrao: Stride<V, H> needs steps of at least 1");
};
/// Number of rows and columns added on each side of the image; their values are documented by the layer
/// (zeros in convolutions). Default: 0.
template <std::size_t Vertical, std::size_t Horizontal = Vertical>
struct Padding {};
/// Distance in the image between neighbouring elements of the window. Default: 1.
template <std::size_t Vertical, std::size_t Horizontal = Vertical>
struct Dilation {
    static_assert(Vertical > 0 && Horizontal > 0,
                  "alrao: Dilation<V, H> needs at least 1, which means no gap");
};
/// Splits channels into `Count` groups; outputs of a group are computed from the inputs of the same group
/// only. Default: 1. As many groups as channels give a depthwise convolution.
template <std::size_t Count>
struct Groups {
    static_assert(Count > 0, "alrao: Groups<N> needs at least one group");
};
/// The layer adds no bias. Usual before a normalisation, which adds a shift itself.
struct NoBias {};

/// A fraction as a template argument, as a whole number of hundredths: Dropout<Percent<20>> has rate 0.2.
template <std::size_t Hundredths>
struct Percent {
    static constexpr double value = static_cast<double>(Hundredths) / 100;
};

template <class Type>
inline constexpr bool is_percent = false;
template <std::size_t Hundredths>
inline constexpr bool is_percent<Percent<Hundredths>> = true;
/// The value of a Percent; 0 for other types, which the layers that take a Percent refuse.
template <class Type>
inline constexpr double percent_value = 0;
template <std::size_t Hundredths>
inline constexpr double percent_value<Percent<Hundredths>> = Percent<Hundredths>::value;

// Whether a type is a certain option.
template <class Type>
inline constexpr bool is_kernel = false;
template <std::size_t H, std::size_t W>
inline constexpr bool is_kernel<Kernel<H, W>> = true;
template <class Type>
inline constexpr bool is_stride = false;
template <std::size_t V, std::size_t H>
inline constexpr bool is_stride<Stride<V, H>> = true;
template <class Type>
inline constexpr bool is_padding = false;
template <std::size_t V, std::size_t H>
inline constexpr bool is_padding<Padding<V, H>> = true;
template <class Type>
inline constexpr bool is_dilation = false;
template <std::size_t V, std::size_t H>
inline constexpr bool is_dilation<Dilation<V, H>> = true;
template <class Type>
inline constexpr bool is_groups = false;
template <std::size_t N>
inline constexpr bool is_groups<Groups<N>> = true;

}  // namespace alrao
