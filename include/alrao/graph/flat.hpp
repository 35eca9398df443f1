#pragma once

#include <alrao/layers/composition.hpp>
#include <alrao/layers/kernel_traits.hpp>
#include <alrao/meta/list.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace alrao::graph {

/// No leaf, no storage, no value.
inline constexpr std::size_t nothing = static_cast<std::size_t>(-1);

/// What stands in the flat list of a network: layers, and the marks of where paths part and meet.
enum class Mark : unsigned char { layer, fork, next_branch, add, concat };

/// Whether the branches of a composition meet at a mark.
constexpr bool meets(Mark mark) { return mark == Mark::add || mark == Mark::concat; }

struct Fork {
    static constexpr Mark mark = Mark::fork;
    static constexpr std::string_view name = "Fork";
};
struct NextBranch {
    static constexpr Mark mark = Mark::next_branch;
    static constexpr std::string_view name = "NextBranch";
};
struct Add {
    static constexpr Mark mark = Mark::add;
    static constexpr std::string_view name = "Residual";
    static constexpr KernelTraits kernel_traits(const Shape&) { return {.ends_with_relu = true}; }
};
struct Join {
    static constexpr Mark mark = Mark::concat;
    static constexpr std::string_view name = "Concat";
};

/// A composition as the flat list of its leaves, in the order data flows.
template <class Layer>
struct Flat {
    using leaves = meta::List<Layer>;
};
template <class... Layers>
struct Flat<Branch<Layers...>> {
    using leaves = meta::concatenate<typename Flat<Layers>::leaves...>;
};
template <class... Layers>
struct Flat<Shortcut<Layers...>> {
    using leaves = meta::concatenate<typename Flat<Layers>::leaves...>;
};
template <std::size_t N, class... Layers>
struct Flat<Repeat<N, Layers...>> {
    using leaves = meta::repeat<N, meta::concatenate<typename Flat<Layers>::leaves...>>;
};
template <class... Layers>
struct Flat<Residual<Layers...>> {
    template <class Part>
    using mark = std::conditional_t<layers::is_shortcut<Part>, meta::List<NextBranch>, meta::List<>>;
    using identity =
        std::conditional_t<(layers::is_shortcut<Layers> || ...), meta::List<>, meta::List<NextBranch>>;
    using leaves =
        meta::concatenate<meta::List<Fork>, meta::concatenate<mark<Layers>, typename Flat<Layers>::leaves>...,
                          identity, meta::List<Add>>;
};
template <class First, class... Rest>
struct Flat<Concat<First, Rest...>> {
    using leaves =
        meta::concatenate<meta::List<Fork>, typename Flat<First>::leaves,
                          meta::concatenate<meta::List<NextBranch>, typename Flat<Rest>::leaves>...,
                          meta::List<Join>>;
};
template <>
struct Flat<Concat<>> {
    using leaves = meta::List<>;
};

/// All leaves of a list of layers.
template <class... Layers>
using flat_leaves = meta::concatenate<typename Flat<Layers>::leaves...>;

}  // namespace alrao::graph
