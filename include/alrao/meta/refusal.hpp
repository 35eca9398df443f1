#pragma once

#include <cstddef>

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
    needs_flat_input_use_Flatten,                   ///< <rank wanted, rank given>
    needs_image_height_width_channels,              ///< <rank wanted, rank given>
    needs_tokens_as_input,                          ///< <>
    needs_per_token_input_use_Tokens_and_Embedding, ///< <>
    needs_window_within_padded_height,              ///< <window, padded height>
    needs_window_within_padded_width,               ///< <window, padded width>
    needs_padding_below_window,                     ///< <padding, window>
    needs_groups_that_divide_input_channels,        ///< <groups, channels>
    needs_branches_of_equal_height_and_width,       ///< <extents of the first branch...>
    needs_only_one_branch_without_layers,           ///< <>
    needs_shortcut_of_the_same_shape,               ///< <extents of the main branch...>
    needs_fewer_compositions_around_it,             ///< <how many at most>
    needs_a_feature_axis_for_parameter,             ///< <number of the parameter in its layer>
    needs_a_feature_axis_below_rank_of_parameter,   ///< <parameter, axis, rank>
    needs_equal_feature_counts_in_one_group,        ///< <group, features, features>
    needs_to_be_the_last_layer,                     ///< <layers that follow>
    needs_to_stand_outside_branches,                ///< <>
    needs_to_be_the_first_layer,                    ///< <>
    needs_an_output_that_is_not_empty,              ///< <>
    needs_sizes_below_the_address_space,            ///< <>
    needs_more_than_one_value_per_feature,          ///< <>
    needs_what_the_layer_itself_documents,          ///< <numbers of a user's layer>
};

/// What it needs: the reason, and its numbers.
template <Reason What, std::size_t... Numbers>
struct needs;

/// The one error of a chain of layers: instantiated with `accepted` false when a layer refuses.
template <bool accepted, class Where, class Which, class Given, class Wanted>
struct layer_refuses_its_input {
    static_assert(accepted,
                  "alrao: a layer refuses its input: see at_layer, described_by, receives, needs");
};
template <class Where, class Which, class Given, class Wanted>
struct layer_refuses_its_input<true, Where, Which, Given, Wanted> {};

}  // namespace alrao
