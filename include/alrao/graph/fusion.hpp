#pragma once

#include <alrao/graph/chain.hpp>

#include <array>
#include <cstddef>

namespace alrao::graph {

/// The fusions that affect the call of one layer. The call reads them from `Context::fused`.
struct Fused {
    bool relu = false;               ///< the call includes the following ReLU
    bool pooling = false;            ///< the call includes the following max pooling (after the ReLU, if any)
    bool writes_statistics = false;  ///< in training, forward may compute column statistics of its output
    bool reads_statistics = false;   ///< in training, forward receives column statistics of its input
    bool forward_elsewhere = false;  ///< forward of this layer is included in another layer's call
    bool backward_elsewhere = false;  ///< backward of this layer is included in another layer's call
};

/// A chain after fusion, with the same leaves and indices. A layer that is included in another layer's call
/// becomes a view of its input; the other layer gets the output shape that its call writes.
template <std::size_t Count>
struct FusedChain {
    std::array<Node, Count> nodes{};
    std::array<Fused, Count> fused{};
    bool accepted = false;
};

/// Fuses leaf `relu`, if it is a ReLU, with the previous leaf, if its kernel supports that.
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

/// Fuses leaf `pooling`, if it is a max pooling, with the previous leaf (or the one before a fused ReLU), if
/// its kernel supports that.
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

/// If leaf `reader` needs column statistics of its input, lets the previous leaf compute them, if its kernel
/// supports that.
template <std::size_t Count>
constexpr void fuse_statistics(FusedChain<Count>& chain, std::size_t reader) {
    if (!chain.nodes[reader].kernel.reads_statistics || !chain.nodes[reader - 1].kernel.writes_statistics)
        return;
    chain.fused[reader - 1].writes_statistics = chain.fused[reader].reads_statistics = true;
}

/// The fusion pass: rewrites a chain before its memory is laid out.
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

/// Stands for a layer whose call includes the following max pooling: Op<Pooled<Layer>> is called.
template <class Layer>
struct Pooled {};
/// Stands for a layer that is included in another layer's call: its operations do nothing.
struct DoneElsewhere {};

}  // namespace alrao::graph
