#pragma once

#include <alrao/shape/shape.hpp>

#include <cstddef>

namespace alrao {

namespace layers {
/// The shape of an Input; empty for an invalid number of sizes, which Input itself reports.
template <std::size_t... Sizes>
constexpr Shape input_shape() {
    if constexpr (sizeof...(Sizes) == 1 || sizeof...(Sizes) == 3) return {Extents{Sizes...}, false};
    else return {};
}
}  // namespace layers

/// The input of a network: Input<features>, such as Input<784>, or Input<height, width, channels>, such as
/// Input<28, 28, 1>. The sizes are those of one sample.
template <std::size_t... Sizes>
struct Input {
    static constexpr Shape shape = layers::input_shape<Sizes...>();

    static_assert(sizeof...(Sizes) == 1 || sizeof...(Sizes) == 3,
                  "alrao: Input is Input<features> or Input<height, width, channels>");
    static_assert(((Sizes > 0) && ...), "alrao: Input needs extents of at least 1");
};

/// The input of a network: sequences of vectors with Width numbers each. The length of the sequences is
/// chosen at run time. A batch lies in memory as [time steps, batch, Width].
template <std::size_t Width>
struct Sequence {
    static constexpr Shape shape{Extents{Width}, true};

    static_assert(Width > 0, "alrao: Sequence<Width> needs at least one number per step");
};

/// The input of a network: sequences of indices of words or characters, from 0. They are stored as whole
/// numbers of the network's scalar type; float is exact up to 2^24. A batch lies in memory as
/// [time steps, batch].
struct Tokens {
    static constexpr Shape shape{Extents{1}, true};
};

/// A type that can be the first argument of a network: it has a static member `shape` of type Shape.
template <class Type>
concept NetworkInput = requires { Type::shape.extents; };

namespace layers {
/// Whether a type is an input of a network. True for Input and Sequence even with invalid sizes, which
/// their own static_asserts report.
template <class Type>
inline constexpr bool is_input = NetworkInput<Type>;
template <std::size_t... Sizes>
inline constexpr bool is_input<Input<Sizes...>> = true;
template <std::size_t Width>
inline constexpr bool is_input<Sequence<Width>> = true;
template <>
inline constexpr bool is_input<Tokens> = true;
}  // namespace layers

}  // namespace alrao
