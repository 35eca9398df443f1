#pragma once

#include <cstddef>
#include <type_traits>

/// The words of a refusal. They are never defined: they exist to be printed by the compiler, in the
/// one error that a wrong network gives, with the facts as their arguments.
namespace alrao {

/// Where: the places from the outermost composition inwards, counted from 0.
template <std::size_t... Place>
struct at_layer;

/// Which layer refuses.
template <class Layer>
struct described_by;

/// ... or where branches meet: a composition is not described by one layer.
struct the_sum_of_a_Residual;
struct the_channels_of_a_Concat_side_by_side;

/// What it is given: the extents of one sample (one token, for per_token).
template <std::size_t... Extents>
struct shape;
template <class Shape>
struct per_token;
template <class Shape>
struct receives;

/// What a layer can say of an input that it refuses.
enum class Reason : unsigned char {
    none,
    needs_flat_input_use_Flatten,                    ///< <rank wanted, rank given>
    needs_image_height_width_channels,               ///< <rank wanted, rank given>
    needs_tokens_as_input,                           ///< <>
    needs_per_token_input_use_Tokens_and_Embedding,  ///< <>
    needs_window_within_padded_height,               ///< <window, padded height>
    needs_window_within_padded_width,                ///< <window, padded width>
    needs_padding_below_window,                      ///< <padding, window>
    needs_groups_that_divide_input_channels,         ///< <groups, channels>
    needs_branches_of_equal_height_and_width,        ///< <extents of the first branch...>
    needs_only_one_branch_without_layers,            ///< <>
    needs_shortcut_of_the_same_shape,                ///< <extents of the main branch...>
    needs_fewer_compositions_around_it,              ///< <how many at most>
    needs_a_feature_axis_for_parameter,              ///< <number of the parameter in its layer>
    needs_a_feature_axis_below_rank_of_parameter,    ///< <parameter, axis, rank>
    needs_equal_feature_counts_in_one_group,         ///< <group, features, features>
    needs_to_be_the_last_layer,                      ///< <layers that follow>
    needs_to_stand_outside_branches,                 ///< <>
    needs_to_be_the_first_layer,                     ///< <>
    needs_an_output_that_is_not_empty,               ///< <>
    needs_sizes_below_the_address_space,             ///< <>
    needs_more_than_one_value_per_feature,           ///< <>
    needs_what_the_layer_itself_documents,           ///< <numbers of a user's layer>
};

/// What it needs: the reason, and its numbers.
template <Reason What, std::size_t... Numbers>
struct needs;

/// Whether What is not the reason. Only a network that is refused asks.
template <class Wanted, Reason What>
inline constexpr bool another_reason_than = true;
template <Reason What, std::size_t... Numbers>
inline constexpr bool another_reason_than<needs<What, Numbers...>, What> = false;

/// What a layer of one's own says of a refusal, in the line with the error: its member
/// `template <std::size_t... Numbers> struct Refused`, instantiated with the refusal's numbers, which
/// holds a static_assert that fails.
template <class Which, class Wanted>
struct OwnReason {
    static_assert(sizeof(Which*) == 0,
                  "alrao: a layer of your own refuses its input: see described_by, and the numbers in "
                  "needs; a member `template <std::size_t... Numbers> struct Refused` can say why here");
};
template <class Layer, Reason What, std::size_t... Numbers>
    requires requires { typename Layer::template Refused<Numbers...>; }
struct OwnReason<described_by<Layer>, needs<What, Numbers...>> {
    static_assert(sizeof(typename Layer::template Refused<Numbers...>) > 0);
};

/// The one error of a chain of layers: instantiated with `accepted` false when a layer refuses. Its
/// line says why; its arguments, a line above, say where, and with which numbers.
template <bool accepted, class Where, class Which, class Given, class Wanted>
struct layer_refuses_its_input {
    template <Reason What>
    static constexpr bool other = accepted || another_reason_than<Wanted, What>;
    using enum Reason;

    static_assert(other<needs_flat_input_use_Flatten>,
                  "alrao: a layer takes features [n] and is given an image: put Flatten, or "
                  "GlobalAveragePool2d, before it");
    static_assert(other<needs_image_height_width_channels>,
                  "alrao: a layer takes an image [height, width, channels] and is given features: "
                  "begin with Input<height, width, channels>, and put Flatten behind it");
    static_assert(other<needs_tokens_as_input>,
                  "alrao: Embedding takes tokens: begin the network with Tokens, Embedding<Words, Width>");
    static_assert(other<needs_per_token_input_use_Tokens_and_Embedding>,
                  "alrao: a layer takes a sequence of steps: begin the network with Sequence<Width>, or "
                  "with Tokens, Embedding<Words, Width>");
    static_assert(other<needs_window_within_padded_height>,
                  "alrao: a window is higher than the image with its padding: take a smaller Kernel or "
                  "Dilation, more Padding, or less pooling before it");
    static_assert(other<needs_window_within_padded_width>,
                  "alrao: a window is wider than the image with its padding: take a smaller Kernel or "
                  "Dilation, more Padding, or less pooling before it");
    static_assert(other<needs_padding_below_window>,
                  "alrao: Padding is as large as the window, so that some windows lie on zeros alone: "
                  "take less Padding");
    static_assert(other<needs_groups_that_divide_input_channels>,
                  "alrao: Groups<N> needs N that divides the channels of the layer's input");
    static_assert(other<needs_branches_of_equal_height_and_width>,
                  "alrao: the branches of a Concat lay their channels side by side, and differ in height "
                  "or width: give them the same, by Padding and Stride");
    static_assert(other<needs_only_one_branch_without_layers>,
                  "alrao: a composition has two branches without layers: one of them is enough");
    static_assert(other<needs_shortcut_of_the_same_shape>,
                  "alrao: a Residual adds what its layers and its shortcut compute, and the shapes differ: "
                  "end both in the same, by a Shortcut<...> as last argument");
    static_assert(other<needs_fewer_compositions_around_it>,
                  "alrao: a layer lies within too many Residual, Concat and Repeat around each other");
    static_assert(other<needs_a_feature_axis_for_parameter>,
                  "alrao: a parameter says no .feature_axis, along which learning rates differ");
    static_assert(other<needs_a_feature_axis_below_rank_of_parameter>,
                  "alrao: a parameter's .feature_axis is none of its axes, which count from 0");
    static_assert(other<needs_equal_feature_counts_in_one_group>,
                  "alrao: parameters of one .group share their rates, and have different numbers of "
                  "features: give them different groups");
    static_assert(other<needs_to_be_the_last_layer>,
                  "alrao: a head, such as SoftmaxClassifier or AveragedHead, is the last layer: nothing "
                  "follows it");
    static_assert(other<needs_to_stand_outside_branches>,
                  "alrao: a head, such as SoftmaxClassifier or AveragedHead, stands outside of Residual "
                  "and Concat");
    static_assert(other<needs_to_be_the_first_layer>,
                  "alrao: a layer that reads the network's input itself (Normalize, Embedding) is the "
                  "first one");
    static_assert(other<needs_an_output_that_is_not_empty>,
                  "alrao: a layer's facts state an output without elements");
    static_assert(other<needs_sizes_below_the_address_space>,
                  "alrao: an array of this network has more elements than memory has addresses");
    static_assert(other<needs_more_than_one_value_per_feature>,
                  "alrao: LayerNorm of one feature gives 0, whatever it is given: it needs two or more");
    static_assert(sizeof(std::conditional_t<other<needs_what_the_layer_itself_documents>, Reason,
                                            OwnReason<Which, Wanted>>) > 0);
};
template <class Where, class Which, class Given, class Wanted>
struct layer_refuses_its_input<true, Where, Which, Given, Wanted> {};

}  // namespace alrao
