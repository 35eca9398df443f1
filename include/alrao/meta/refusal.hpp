#pragma once

#include <cstddef>
#include <type_traits>

/// Types that describe why a network does not compile. Most are never defined: the compiler prints their
/// names and arguments in the single error message that an invalid network produces. A *refusal* is such
/// a description; `Refusal` in layers/facts.hpp holds it as a value.
namespace alrao {

/// Position of the layer: indices from the outermost composition inwards, counted from 0.
template <std::size_t... Place>
struct at_layer;

/// The layer that refuses its input.
template <class Layer>
struct described_by;

/// Used instead of described_by where the branches of a composition meet and do not fit together.
struct the_sum_of_a_Residual;
struct the_channels_of_a_Concat_side_by_side;

/// What the layer receives: shape<extents of one sample>, or per_token<shape<extents of one token>>.
template <std::size_t... Extents>
struct shape;
template <class Shape>
struct per_token;
template <class Shape>
struct receives;

/// Why a layer refuses its input. The comment beside each reason lists the numbers that a `Refusal` of
/// that reason holds; the compiler prints them as arguments of `needs`.
enum class Reason : unsigned char {
    none,
    needs_flat_input_use_Flatten,                    ///< <required rank, given rank>
    needs_image_height_width_channels,               ///< <required rank, given rank>
    needs_tokens_as_input,                           ///< <>
    needs_per_token_input_use_Tokens_and_Embedding,  ///< <>
    needs_window_within_padded_height,               ///< <window, padded height>
    needs_window_within_padded_width,                ///< <window, padded width>
    needs_padding_below_window,                      ///< <padding, window>
    needs_groups_that_divide_input_channels,         ///< <groups, channels>
    needs_branches_of_equal_height_and_width,        ///< <extents of the first branch...>
    needs_only_one_branch_without_layers,            ///< <>
    needs_shortcut_of_the_same_shape,                ///< <extents of the main branch...>
    needs_fewer_compositions_around_it,              ///< <largest number allowed>
    needs_a_feature_axis_for_parameter,              ///< <index of the parameter in its layer>
    needs_a_feature_axis_below_rank_of_parameter,    ///< <parameter, axis, rank>
    needs_equal_feature_counts_in_one_group,         ///< <group, features, features>
    needs_to_be_the_last_layer,                      ///< <number of layers that follow>
    needs_to_stand_outside_branches,                 ///< <>
    needs_to_be_the_first_layer,                     ///< <>
    needs_an_output_that_is_not_empty,               ///< <>
    needs_sizes_below_the_address_space,             ///< <>
    needs_more_than_one_value_per_feature,           ///< <>
    needs_what_the_layer_itself_documents,           ///< <numbers chosen by a user's layer>
};

/// What the layer needs: the reason and its numbers.
template <Reason What, std::size_t... Numbers>
struct needs;

/// Whether the reason in `Wanted` (a `needs<...>`) differs from `What`.
template <class Wanted, Reason What>
inline constexpr bool another_reason_than = true;
template <Reason What, std::size_t... Numbers>
inline constexpr bool another_reason_than<needs<What, Numbers...>, What> = false;

/// Reports a refusal with Reason::needs_what_the_layer_itself_documents. A layer can supply the message:
/// a member `template <std::size_t... Numbers> struct Refused` that contains a failing static_assert. It
/// is instantiated with the numbers of the refusal. Without that member a general message is printed.
template <class Which, class Wanted>
struct OwnReason {
    static_assert(
        sizeof(Which*) == 0,
        "alrao: a layer of your own refuses its input: see described_by and the numbers in "
        "needs; a member `template <std::size_t... Numbers> struct Refused` can print a reason here");
};
template <class Layer, Reason What, std::size_t... Numbers>
    requires requires { typename Layer::template Refused<Numbers...>; }
struct OwnReason<described_by<Layer>, needs<What, Numbers...>> {
    static_assert(sizeof(typename Layer::template Refused<Numbers...>) > 0);
};

/// The single error of an invalid network: instantiated with `accepted` false when a layer refuses its
/// input. The message states the reason; the template arguments, printed a line above it, state the
/// position of the layer, the layer, what it receives and the numbers of the refusal.
template <bool accepted, class Where, class Which, class Given, class Wanted>
struct layer_refuses_its_input {
    template <Reason What>
    static constexpr bool other = accepted || another_reason_than<Wanted, What>;
    using enum Reason;

    static_assert(other<needs_flat_input_use_Flatten>,
                  "alrao: a layer takes features [n] and is given an image: put Flatten or "
                  "GlobalAveragePool2d before it");
    static_assert(other<needs_image_height_width_channels>,
                  "alrao: a layer takes an image [height, width, channels] and is given features: "
                  "begin the network with Input<height, width, channels>, and put Flatten after this layer");
    static_assert(other<needs_tokens_as_input>,
                  "alrao: Embedding takes tokens: begin the network with Tokens, Embedding<Words, Width>");
    static_assert(other<needs_per_token_input_use_Tokens_and_Embedding>,
                  "alrao: a layer takes a sequence of steps: begin the network with Sequence<Width> or "
                  "with Tokens, Embedding<Words, Width>");
    static_assert(other<needs_window_within_padded_height>,
                  "alrao: a window is higher than the image with its padding: use a smaller Kernel or "
                  "Dilation, more Padding, or less pooling before it");
    static_assert(other<needs_window_within_padded_width>,
                  "alrao: a window is wider than the image with its padding: use a smaller Kernel or "
                  "Dilation, more Padding, or less pooling before it");
    static_assert(other<needs_padding_below_window>,
                  "alrao: Padding is as large as the window, so that some windows contain only padding: "
                  "use less Padding");
    static_assert(other<needs_groups_that_divide_input_channels>,
                  "alrao: Groups<N> needs an N that divides the channels of the layer's input");
    static_assert(other<needs_branches_of_equal_height_and_width>,
                  "alrao: the branches of a Concat differ in height or width, which must be equal: adjust "
                  "Padding and Stride");
    static_assert(other<needs_only_one_branch_without_layers>,
                  "alrao: a composition has two branches without layers: remove one of them");
    static_assert(
        other<needs_shortcut_of_the_same_shape>,
        "alrao: a Residual adds the outputs of its layers and its shortcut, and their shapes differ: "
        "add a Shortcut<...> with the output shape of the layers as last argument");
    static_assert(other<needs_fewer_compositions_around_it>,
                  "alrao: a layer is nested within too many Residual, Concat and Repeat");
    static_assert(
        other<needs_a_feature_axis_for_parameter>,
        "alrao: a parameter has no .feature_axis: set it to the axis along which learning rates differ");
    static_assert(other<needs_a_feature_axis_below_rank_of_parameter>,
                  "alrao: a parameter's .feature_axis is not below its rank; axes count from 0");
    static_assert(other<needs_equal_feature_counts_in_one_group>,
                  "alrao: parameters with the same .group share their learning rates, but have different "
                  "numbers of features: give them different groups");
    static_assert(other<needs_to_be_the_last_layer>,
                  "alrao: a head, such as SoftmaxClassifier or AveragedHead, must be the last layer: remove "
                  "the layers after it");
    static_assert(other<needs_to_stand_outside_branches>,
                  "alrao: a head, such as SoftmaxClassifier or AveragedHead, must not be inside a Residual "
                  "or Concat");
    static_assert(other<needs_to_be_the_first_layer>,
                  "alrao: a layer that reads the network's input (Normalize, Embedding) must be the first "
                  "layer");
    static_assert(other<needs_an_output_that_is_not_empty>,
                  "alrao: the facts of a layer give an output without elements");
    static_assert(other<needs_sizes_below_the_address_space>,
                  "alrao: an array of this network has more elements than the address space holds");
    static_assert(other<needs_more_than_one_value_per_feature>,
                  "alrao: LayerNorm of one feature has an output that does not depend on its input: it needs "
                  "at least two features");
    static_assert(sizeof(std::conditional_t<other<needs_what_the_layer_itself_documents>, Reason,
                                            OwnReason<Which, Wanted>>) > 0);
};
template <class Where, class Which, class Given, class Wanted>
struct layer_refuses_its_input<true, Where, Which, Given, Wanted> {};

}  // namespace alrao
