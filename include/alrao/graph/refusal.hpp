#pragma once

#include <alrao/graph/chain.hpp>
#include <alrao/meta/list.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace alrao::graph {

/// The type that names a leaf in an error message.
template <class Leaf>
struct Called {
    using type = described_by<Leaf>;
};
template <>
struct Called<Add> {
    using type = the_sum_of_a_Residual;
};
template <>
struct Called<NextBranch> {
    using type = the_channels_of_a_Concat_side_by_side;
};
template <>
struct Called<Join> : Called<NextBranch> {};

/// Turns a refusal, a value, into types that the compiler prints. Instantiating `type` gives the single
/// error of an invalid network; it is std::true_type for a valid one.
template <bool accepted, class Leaves, const auto& chain>
struct RefusalCheck {
    using type = std::true_type;
};

template <class Leaves, const auto& chain>
struct RefusalCheck<false, Leaves, chain> {
    static constexpr std::size_t at = chain.refused_at;

    template <std::size_t... Index>
    static auto where(std::index_sequence<Index...>) -> at_layer<chain.nodes[at].path.place[Index]...>*;
    template <std::size_t... Index>
    static auto given(std::index_sequence<Index...>) -> shape<chain.nodes[at].input[Index]...>*;
    template <std::size_t... Index>
    static auto wanted(std::index_sequence<Index...>)
        -> needs<chain.refusal.reason, chain.refusal.number[Index]...>*;
    template <std::size_t N>
    using up_to = std::make_index_sequence<N>;

    using Where = std::remove_pointer_t<decltype(where(up_to<chain.nodes[at].path.depth>{}))>;
    using Extent = std::remove_pointer_t<decltype(given(up_to<chain.nodes[at].input.rank()>{}))>;
    using Given = receives<std::conditional_t<chain.nodes[at].input.per_token, per_token<Extent>, Extent>>;
    using Wanted = std::remove_pointer_t<decltype(wanted(up_to<chain.refusal.count>{}))>;
    using type =
        layer_refuses_its_input<false, Where, typename Called<meta::at<at, Leaves>>::type, Given, Wanted>;
};

}  // namespace alrao::graph
