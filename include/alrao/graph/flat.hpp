#pragma once

#include <alrao/layers/composition.hpp>
#include <alrao/layers/kernel_traits.hpp>
#include <alrao/meta/list.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace alrao::graph {

/// Index that refers to no leaf, storage or value.
inline constexpr std::size_t nothing = static_cast<std::size_t>(-1);

/// Kinds of elements in the flat list of a network: layers, and marks where branches begin and end.
enum class Mark : unsigned char { layer, fork, next_branch, add, concat };

/// Whether a mark is the end of a composition, where its branches meet.
constexpr bool meets(Mark mark) { return mark == Mark::add || mark == Mark::concat; }

/// Begin of a Residual or Concat, and of its first branch.
struct Fork {
    static constexpr Mark mark = Mark::fork;
    static constexpr std::string_view name = "Fork";
};
/// End of a branch and begin of the next one.
struct NextBranch {
    static constexpr Mark mark = Mark::next_branch;
    static constexpr std::string_view name = "NextBranch";
};
/// End of a Residual.
struct Add {
    static constexpr Mark mark = Mark::add;
    static constexpr std::string_view name = "Residual";
    static constexpr KernelTraits kernel_traits(const Shape&) { return {.ends_with_relu = true}; }
};
/// End of a Concat.
struct Join {
    static constexpr Mark mark = Mark::concat;
    static constexpr std::string_view name = "Concat";
};

/// A layer or composition as a flat list of layers and marks (leaves), in the order of data flow.
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

/// The flat list of several layers.
template <class... Layers>
using flat_leaves = meta::concatenate<typename Flat<Layers>::leaves...>;

}  // namespace alrao::graph
