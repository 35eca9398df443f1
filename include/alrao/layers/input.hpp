#pragma once

#include <alrao/shape/shape.hpp>

#include <cstddef>

namespace alrao {

namespace layers {
/// Without extents where they cannot be: Input says so itself.
template <std::size_t... Sizes>
constexpr Shape input_shape() {
    if constexpr (sizeof...(Sizes) == 1 || sizeof...(Sizes) == 3) return {Extents{Sizes...}, false};
    else return {};
}
}  // namespace layers

/// What a network is given: the extents of one sample, channels last. Input<784>,
/// Input<28, 28, 1> (height, width, channels).
template <std::size_t... Sizes>
struct Input {
    static constexpr Shape shape = layers::input_shape<Sizes...>();

    static_assert(sizeof...(Sizes) == 1 || sizeof...(Sizes) == 3,
                  "alrao: Input is Input<features> or Input<height, width, channels>");
    static_assert(((Sizes > 0) && ...), "alrao: Input needs extents of at least 1");
};

/// A sequence of vectors of Width numbers; how many is known at run time. In memory [steps, batch,
/// Width].
template <std::size_t Width>
struct Sequence {
    static constexpr Shape shape{Extents{Width}, true};

    static_assert(Width > 0, "alrao: Sequence<Width> needs at least one number per step");
};

/// A sequence of indices of words or characters, from 0; whole numbers of the network's scalar, exact
/// up to 2^24 in float. In memory [steps, batch].
struct Tokens {
    static constexpr Shape shape{Extents{1}, true};
};

template <class Type>
concept NetworkInput = requires { Type::shape.extents; };

namespace layers {
/// Whether a type stands where a network's input does. Those of the library do whatever their sizes,
/// which their own assertions judge.
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
