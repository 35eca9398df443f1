#pragma once

#include <alrao/layers/facts.hpp>
#include <alrao/meta/list.hpp>

#include <cstddef>

namespace alrao {

/// Layers that follow each other, as one part of a composition. Without layers: its input as it is.
template <class... Layers>
struct Branch {};

/// The path around the layers of a Residual, where the input itself will not do (other channels).
template <class... Layers>
struct Shortcut {};

/// The sum of what its layers compute and of its input: y = layers(x) + x. With a Shortcut<...> as
/// last argument: y = layers(x) + shortcut(x). Both sides need the same shape (He et al.,
/// arXiv 1512.03385). Not an activation: write one after it.
template <class... Layers>
struct Residual {};

/// Branches (a layer, or Branch<...>) that read the same input and whose channels are laid side by
/// side in the output, in order. Height and width have to agree. Branch<> is the input itself.
template <class... Branches>
struct Concat {
    static_assert(sizeof...(Branches) > 0, "alrao: Concat<Branches...> needs at least one branch");
};

/// N times the same layers, one after the other, each with parameters of its own.
template <std::size_t N, class... Layers>
struct Repeat {
    static_assert(N > 0, "alrao: Repeat<N, Layers...> needs N of at least 1");
};

namespace layers {

/// What stands in the flat list of a network: layers, and the marks of where paths part and meet.
enum class Mark : unsigned char { layer, fork, next_branch, add, concat };

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
    using leaves = meta::concatenate<meta::List<NextBranch>, typename Flat<Layers>::leaves...>;
};
template <std::size_t N, class... Layers>
struct Flat<Repeat<N, Layers...>> {
    using leaves = meta::repeat<N, meta::concatenate<typename Flat<Layers>::leaves...>>;
};

template <class Layer>
inline constexpr bool is_shortcut = false;
template <class... Layers>
inline constexpr bool is_shortcut<Shortcut<Layers...>> = true;

template <class... Layers>
struct Flat<Residual<Layers...>> {
    static_assert((0 + ... + int{is_shortcut<Layers>}) <= 1,
                  "alrao: Residual takes one Shortcut<...>, as its last argument");
    using identity = std::conditional_t<(is_shortcut<Layers> || ...), meta::List<>,
                                        meta::List<NextBranch>>;
    using leaves = meta::concatenate<meta::List<Fork>, typename Flat<Layers>::leaves..., identity,
                                     meta::List<Add>>;
};
template <class First, class... Rest>
struct Flat<Concat<First, Rest...>> {
    using leaves = meta::concatenate<
        meta::List<Fork>, typename Flat<First>::leaves,
        meta::concatenate<meta::List<NextBranch>, typename Flat<Rest>::leaves>..., meta::List<Join>>;
};

/// All leaves of a list of layers.
template <class... Layers>
using flat_leaves = meta::concatenate<typename Flat<Layers>::leaves...>;

}  // namespace layers
}  // namespace alrao
