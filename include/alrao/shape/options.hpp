#pragma once

#include <cstddef>
#include <type_traits>

namespace alrao {

// Named, order-free options of layers that move a window over an image, in pixels.

/// The extents of the window.
template <std::size_t Height, std::size_t Width = Height>
struct Kernel {
    static_assert(Height > 0 && Width > 0, "alrao: Kernel<H, W> needs a window of at least 1 x 1");
};
/// How far the window moves from one output to the next: 1 unless told, in pooling its own extent.
template <std::size_t Vertical, std::size_t Horizontal = Vertical>
struct Stride {
    static_assert(Vertical > 0 && Horizontal > 0, "alrao: Stride<V, H> needs steps of at least 1");
};
/// Zeros on each side of the image: none unless told.
template <std::size_t Vertical, std::size_t Horizontal = Vertical>
struct Padding {};
/// How far apart the window's elements look: 1, side by side, unless told.
template <std::size_t Vertical, std::size_t Horizontal = Vertical>
struct Dilation {
    static_assert(Vertical > 0 && Horizontal > 0, "alrao: Dilation<V, H> needs at least 1, which is no gap");
};
/// Groups of channels that do not see each other: 1 unless told; as many as channels is depthwise.
template <std::size_t Count>
struct Groups {
    static_assert(Count > 0, "alrao: Groups<N> needs at least one group");
};
/// No bias is added: usual before a normalisation, which has a shift of its own.
struct NoBias {};

/// A fraction as a whole number of hundredths, for layers that take one: Dropout<Percent<20>>.
template <std::size_t Hundredths>
struct Percent {
    static constexpr double value = static_cast<double>(Hundredths) / 100;
};

/// The value of a Percent; 0 of anything else, which the layer that is given it refuses.
template <class Type>
inline constexpr bool is_percent = false;
template <std::size_t Hundredths>
inline constexpr bool is_percent<Percent<Hundredths>> = true;
template <class Type>
inline constexpr double percent_value = 0;
template <std::size_t Hundredths>
inline constexpr double percent_value<Percent<Hundredths>> = Percent<Hundredths>::value;

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
