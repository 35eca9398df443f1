#pragma once

#include <alrao/graph/chain.hpp>

#include <array>
#include <cstddef>

namespace alrao::graph {

/// What is fused into the call of one leaf. A call finds it in `Context::fused`.
struct Fused {
    bool relu = false;                ///< the ReLU that follows
    bool pooling = false;             ///< the max pooling that follows, behind that ReLU if there is one
    bool writes_statistics = false;   ///< training: forward may take the statistics of its output
    bool reads_statistics = false;    ///< training: forward finds the statistics of its input
    bool forward_elsewhere = false;   ///< another leaf's call does the forward work of this one
    bool backward_elsewhere = false;  ///< and the backward work
};

/// A chain after fusion: same leaves, same numbering. A leaf that is done by another's kernel is a view
/// of its input, and the kernel's leaf has the output that its call writes.
template <std::size_t Count>
struct FusedChain {
    std::array<Node, Count> nodes{};
    std::array<Fused, Count> fused{};
    bool accepted = false;
};

/// Leaf `relu` is done by the leaf before it, if that one's kernel can.
template <std::size_t Count>
constexpr void fuse_relu(FusedChain<Count>& chain, std::size_t relu) {
    const Node& host = chain.nodes[relu - 1];
    Node& node = chain.nodes[relu];
    if (!node.kernel.is_relu || !host.kernel.ends_with_relu || host.facts.backward_needs_output) return;
    chain.fused[relu - 1].relu = true;
    chain.fused[relu].forward_elsewhere = true;
    chain.fused[relu].backward_elsewhere = host.kernel.differentiates_relu;
    node.facts.moves_nothing = true;
    if (host.kernel.differentiates_relu) node.facts.backward_needs_output = false;
}

/// Leaf `pooling` is done by the leaf before it, or the one before its fused ReLU, if its kernel can.
template <std::size_t Count>
constexpr void fuse_pooling(FusedChain<Count>& chain, std::size_t pooling) {
    if (!chain.nodes[pooling].kernel.is_disjoint_pooling) return;
    const bool behind_relu =
        chain.nodes[pooling - 1].kernel.is_relu && chain.fused[pooling - 1].backward_elsewhere;
    const std::size_t host = behind_relu ? pooling - 2 : pooling - 1;
    if (!chain.nodes[host].kernel.ends_with_pooling) return;
    const Shape pooled = chain.nodes[pooling].facts.output;
    chain.fused[host].pooling = true;
    chain.fused[pooling].forward_elsewhere = chain.fused[pooling].backward_elsewhere = true;
    chain.nodes[host].facts.output = pooled;
    chain.nodes[host].kernel.works_in_place = false;
    Facts view = Facts::same_shape(pooled);
    view.elementwise = view.moves_nothing = true;
    for (std::size_t i = host + 1; i <= pooling; ++i) {
        chain.nodes[i].input = pooled;
        chain.nodes[i].facts = view;
    }
}

/// The leaf before `reader` takes the statistics of what it writes, if its kernel can.
template <std::size_t Count>
constexpr void fuse_statistics(FusedChain<Count>& chain, std::size_t reader) {
    if (!chain.nodes[reader].kernel.reads_statistics || !chain.nodes[reader - 1].kernel.writes_statistics)
        return;
    chain.fused[reader - 1].writes_statistics = chain.fused[reader].reads_statistics = true;
}

/// Rewrites a chain before its memory is laid out: decides whose kernel does what.
template <std::size_t Count>
constexpr FusedChain<Count> fuse(const Chain<Count>& chain) {
    FusedChain<Count> result;
    result.accepted = chain.accepted();
    if (!result.accepted) return result;
    result.nodes = chain.nodes;
    for (std::size_t i = 1; i < Count; ++i) {
        fuse_statistics(result, i);
        fuse_relu(result, i);
        fuse_pooling(result, i);
    }
    return result;
}

/// What is called for a layer whose kernel includes the pooling behind it.
template <class Layer>
struct Pooled {};
/// What is called for a layer that another layer's kernel does: nothing.
struct DoneElsewhere {};

}  // namespace alrao::graph
