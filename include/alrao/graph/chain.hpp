#pragma once

#include <alrao/graph/flat.hpp>
#include <alrao/graph/path.hpp>
#include <alrao/layers/kernel_traits.hpp>

#include <array>
#include <concepts>
#include <cstddef>

namespace alrao::graph {

/// A leaf of a network (a layer or a mark) with its input shape and facts.
struct Node {
    Mark mark = Mark::layer;
    Path path{};
    std::string_view name{};
    Shape input{};
    Facts facts{};
    KernelTraits kernel{};
};

/// The static members of a leaf's type, as values.
struct LeafTable {
    Mark mark = Mark::layer;
    std::string_view name{};
    Facts (*facts)(const Shape&) = nullptr;
    KernelTraits (*kernel)(const Shape&) = &layers::no_kernel_traits;
};

/// The table of a leaf. A type that is not a valid layer gets facts that raise no further error.
template <class Leaf>
constexpr LeafTable leaf_table() {
    if constexpr (
        requires { Leaf::mark; } && requires { &Leaf::kernel_traits; })
        return {Leaf::mark, Leaf::name, nullptr, &Leaf::kernel_traits};
    else if constexpr (requires { Leaf::mark; }) return {Leaf::mark, Leaf::name, nullptr};
    else if constexpr (layers::descriptor_fault<Leaf>() != layers::DescriptorFault::none)
        return {Mark::layer, {}, &Facts::same_shape};  // layers::Checked reports what is wrong
    else if constexpr (requires { &Leaf::kernel_traits; })
        return {Mark::layer, Leaf::name, &Leaf::facts, &Leaf::kernel_traits};
    else return {Mark::layer, Leaf::name, &Leaf::facts};
}

/// The refusal of a layer with invalid parameters or output, or no refusal.
constexpr Refusal parameter_refusal(const Facts& facts) {
    for (std::size_t p = 0; p < facts.parameters.size; ++p) {
        const Parameter& parameter = facts.parameters[p];
        if (parameter.feature_axis == no_axis) return Refusal{Reason::needs_a_feature_axis_for_parameter, p};
        if (parameter.feature_axis >= parameter.extents.rank)
            return Refusal{Reason::needs_a_feature_axis_below_rank_of_parameter, p, parameter.feature_axis,
                           parameter.extents.rank};
        const std::size_t count = parameter.extents[parameter.feature_axis];
        for (std::size_t q = 0; q < p; ++q) {
            const Parameter& other = facts.parameters[q];
            const std::size_t other_count = other.extents[other.feature_axis];
            if (other.group == parameter.group && other_count != count)
                return Refusal{Reason::needs_equal_feature_counts_in_one_group, parameter.group, other_count,
                               count};
        }
        if (parameter.extents.size() >= saturated)
            return Refusal{Reason::needs_sizes_below_the_address_space};
    }
    if (facts.output.size() == 0) return Refusal{Reason::needs_an_output_that_is_not_empty};
    if (facts.output.size() >= saturated) return Refusal{Reason::needs_sizes_below_the_address_space};
    return {};
}

/// The refusal of the layer at leaf i of `count`, inside or outside of branches, or no refusal.
constexpr Refusal layer_refusal(const Facts& facts, std::size_t i, std::size_t count, bool in_branches) {
    if (facts.refusal) return facts.refusal;
    if (const Refusal refusal = parameter_refusal(facts)) return refusal;
    if (facts.needs_to_be_first && i > 0) return Refusal{Reason::needs_to_be_the_first_layer};
    if (facts.copies > 0 && in_branches) return Refusal{Reason::needs_to_stand_outside_branches};
    if (facts.copies > 0 && i + 1 < count) return Refusal{Reason::needs_to_be_the_last_layer, count - 1 - i};
    return {};
}

/// A refusal whose numbers are the extents of a shape.
constexpr Refusal refusal_with(Reason reason, const Shape& shape) {
    Refusal refusal{reason};
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) refusal.number[axis] = shape[axis];
    refusal.count = shape.rank();
    return refusal;
}

/// A composition whose branches are being read.
struct OpenFork {
    Shape input{}, first{};
    std::size_t branches = 0, empty_branches = 0, channels = 0;
    std::size_t leaf = 0, last_mark = 0;

    /// Ends the current branch, whose output has this shape, at the mark with leaf index `mark`. Refuses a
    /// second branch without layers.
    constexpr Refusal close_branch(const Shape& shape, std::size_t mark) {
        if (branches++ == 0) first = shape;
        channels += shape.channels();
        if (mark == last_mark + 1 && empty_branches++ > 0)
            return Refusal{Reason::needs_only_one_branch_without_layers};
        last_mark = mark;
        return {};
    }
    /// Refuses a branch whose shape differs from that of the first branch in more than the channels.
    constexpr Refusal beside_first(const Shape& shape) const {
        const bool same_places = shape.rank() == first.rank() && shape.pixels() == first.pixels() &&
                                 shape.per_token == first.per_token &&
                                 (shape.rank() < 3 || (shape[0] == first[0] && shape[1] == first[1]));
        if (same_places) return {};
        return refusal_with(Reason::needs_branches_of_equal_height_and_width, first);
    }
    /// close_branch and beside_first.
    constexpr Refusal close_beside_first(const Shape& shape, std::size_t mark) {
        const Refusal refusal = close_branch(shape, mark);
        return refusal ? refusal : beside_first(shape);
    }
    /// The output shape of a Concat: the channels of all branches.
    constexpr Shape joined() const {
        Shape shape = first;
        shape.extents.extent[shape.extents.rank - 1] = channels;
        return shape;
    }
};

/// The leaves of a network in order, each with its input shape and facts; for an invalid network, the index
/// of the first leaf that refuses its input, and the refusal.
template <std::size_t Count>
struct Chain {
    std::array<Node, Count> nodes{};
    std::size_t refused_at = Count;  ///< Count: nothing is refused; Count + 1: the network's input is invalid
    Refusal refusal{};
    /// Whether the network is valid.
    constexpr bool accepted() const { return refused_at == Count; }
    /// The chain of a network whose input is invalid.
    static constexpr Chain without_input() {
        Chain chain;
        chain.refused_at = Count + 1;
        return chain;
    }
};

/// Computes the shapes and facts of all leaves from the input shape. Stops at the first refusal.
template <std::size_t Count>
constexpr Chain<Count> walk(const Shape& input, const std::array<LeafTable, Count>& leaves,
                            const std::array<Path, Count>& paths) {
    Chain<Count> chain;
    std::array<OpenFork, Path::max_depth> open{};
    std::size_t depth = 0;
    Shape shape = input;
    for (std::size_t i = 0; i < Count; ++i) {
        Node& node = chain.nodes[i];
        node.mark = leaves[i].mark;
        node.path = paths[i];
        node.name = leaves[i].name;
        node.input = shape;
        Refusal refusal;
        if (node.path.cut) refusal = Refusal{Reason::needs_fewer_compositions_around_it, Path::max_depth};
        switch (node.mark) {
        case Mark::layer:
            node.facts = leaves[i].facts(shape);
            if (!refusal) refusal = layer_refusal(node.facts, i, Count, depth > 0);
            break;
        case Mark::fork:
            node.facts.output = shape;
            if (!refusal) open[depth++] = OpenFork{.input = shape, .leaf = i, .last_mark = i};
            break;
        case Mark::next_branch: {
            OpenFork& fork = open[depth - 1];
            if (!refusal) refusal = fork.close_beside_first(shape, i);
            if (refusal) node.path = chain.nodes[fork.leaf].path.child(fork.branches - 1);
            node.facts.output = fork.input;
            break;
        }
        case Mark::add: {
            OpenFork& fork = open[--depth];
            const Shape main = fork.first;
            refusal = fork.close_branch(shape, i);
            if (!refusal && main != shape)
                refusal = refusal_with(Reason::needs_shortcut_of_the_same_shape, main);
            node.facts.output = main;
            node.facts.flops = static_cast<double>(main.size());
            break;
        }
        case Mark::concat: {
            OpenFork& fork = open[--depth];
            refusal = fork.close_beside_first(shape, i);
            if (refusal) node.path = chain.nodes[fork.leaf].path.child(fork.branches - 1);
            node.facts.output = fork.joined();
            break;
        }
        }
        if (refusal) {
            chain.refused_at = i;
            chain.refusal = refusal;
            return chain;
        }
        node.kernel = leaves[i].kernel(node.input);
        shape = node.facts.output;
    }
    return chain;
}

}  // namespace alrao::graph
