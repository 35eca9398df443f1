#pragma once

#include <alrao/graph/network.hpp>
#include <alrao/ops/context.hpp>

#include <array>
#include <cstddef>

namespace alrao {

/// Position of a value in the arena. Not `present`: the value has no memory. `external`: it is the network's
/// input, in the caller's memory. `offset`: from the start of its zone, in elements per token, per sample or
/// absolute, depending on the zone. `channel`: its first channel within the block that a Concat joins.
/// `stride`: distance between rows, in elements.
struct Place {
    bool present = false, external = false;
    graph::Zone zone = graph::Zone::sample;
    std::size_t offset = 0, channel = 0, stride = 0;
};

/// Positions of everything that the calls of one layer use.
struct NodePlaces {
    Place input{}, output{}, input_gradient{}, output_gradient{};
    ByZone<Place> saved{}, forward_scratch{}, backward_scratch{};
    graph::Fused fused{};
    bool learns = false;                       ///< backward must be called
    std::size_t branch = 0, branches = 0;      ///< fork, add, join: range of entries in branch_placement
    std::size_t parameter = 0, statistic = 0;  ///< index of the first entry in the network's tables
};

/// Positions of one branch of a composition: its output, and the gradients at its start and end.
struct BranchPlaces {
    Shape start_shape{}, end_shape{};
    Place end{}, end_gradient{}, start_gradient{};
};

namespace detail {

template <std::size_t Count>
constexpr std::size_t count_branches(const graph::Chain<Count>& chain) {
    std::size_t branches = 0;
    for (const graph::Node& node : chain.nodes)
        branches += node.mark == graph::Mark::fork || node.mark == graph::Mark::next_branch;
    return branches;
}

template <std::size_t Count>
constexpr Place place_of(const graph::Layout<Count>& layout, const graph::Plan<Count>& plan,
                         std::size_t storage, std::size_t channels) {
    Place place;
    if (storage == graph::nothing) return place;
    place.present = true;
    place.stride = channels;
    std::size_t root = storage;
    while (layout.storages[root].parent != graph::nothing) {
        place.channel += layout.storages[root].channel;
        root = layout.storages[root].parent;
        place.stride = layout.storages[root].channels;
    }
    place.external = layout.storages[root].external;
    place.zone = layout.storages[root].zone;
    place.offset = plan.offset[root];
    return place;
}

template <std::size_t Count>
constexpr std::array<NodePlaces, Count> place_nodes(const graph::FusedChain<Count>& chain,
                                                    const graph::Layout<Count>& layout,
                                                    const graph::Plan<Count>& plan) {
    std::array<NodePlaces, Count> places{};
    std::size_t parameter = 0, statistic = 0, branch = 0;
    for (std::size_t i = 0; i < Count; ++i) {
        const graph::Wiring& wire = layout.wiring[i];
        const graph::Value& in = layout.values[wire.input];
        const graph::Value& out = layout.values[wire.output];
        const auto place = [&](std::size_t storage, std::size_t channels) {
            return place_of(layout, plan, storage, channels);
        };
        NodePlaces& node = places[i];
        node.input = place(in.storage, in.shape.channels());
        node.output = place(out.storage, out.shape.channels());
        node.input_gradient = place(in.gradient, in.shape.channels());
        node.output_gradient = place(out.gradient, out.shape.channels());
        const auto places_of = [&](const ByZone<std::size_t>& storages) {
            return ByZone<Place>{place(storages.per_token, 0), place(storages.per_sample, 0),
                                 place(storages.fixed, 0)};
        };
        node.saved = places_of(wire.saved);
        node.forward_scratch = places_of(wire.forward_scratch);
        node.backward_scratch = places_of(wire.backward_scratch);
        node.fused = chain.fused[i];
        node.learns = layout.training && !node.fused.backward_elsewhere &&
                      (out.has_gradient() || chain.nodes[i].facts.copies > 0);
        if (chain.nodes[i].mark == graph::Mark::fork) {
            node.branch = branch;
            for (std::size_t mark = wire.next; mark != graph::nothing; mark = layout.wiring[mark].next)
                ++node.branches;
            branch += node.branches;
        } else if (graph::meets(chain.nodes[i].mark)) {
            node.branch = places[wire.fork].branch;
            node.branches = places[wire.fork].branches;
        }
        node.parameter = parameter;
        node.statistic = statistic;
        parameter += chain.nodes[i].facts.parameters.size;
        statistic += chain.nodes[i].facts.statistics.size;
    }
    return places;
}

/// Positions of all branches. Those of one fork are adjacent and in order; NodePlaces::branch is the index
/// of the first.
template <std::size_t Branches, std::size_t Count>
constexpr std::array<BranchPlaces, Branches> place_branches(const graph::FusedChain<Count>& chain,
                                                            const graph::Layout<Count>& layout,
                                                            const graph::Plan<Count>& plan) {
    std::array<BranchPlaces, Branches> places{};
    std::size_t branch = 0;
    for (std::size_t i = 0; i < Count; ++i) {
        if (chain.nodes[i].mark != graph::Mark::fork) continue;
        for (std::size_t start = i, mark = layout.wiring[i].next; mark != graph::nothing;
             start = mark, mark = layout.wiring[mark].next) {
            const graph::Value& first = layout.values[layout.wiring[start].output];
            const graph::Value& last = layout.values[layout.wiring[mark].input];
            const auto place = [&](std::size_t storage, const Shape& shape) {
                return place_of(layout, plan, storage, shape.channels());
            };
            places[branch++] = {.start_shape = first.shape,
                                .end_shape = last.shape,
                                .end = place(last.storage, last.shape),
                                .end_gradient = place(last.gradient, last.shape),
                                .start_gradient = place(first.gradient, first.shape)};
        }
    }
    return places;
}

}  // namespace detail

/// Positions for all layers of a network, for training or prediction (`Planned`).
template <class Net, class Planned>
inline constexpr std::array<NodePlaces, Net::node_count> placement =
    detail::place_nodes(Net::fused, Planned::layout, Planned::plan);

/// Positions for all branches of a network's compositions.
template <class Net, class Planned>
inline constexpr std::array<BranchPlaces, detail::count_branches(Net::chain)> branch_placement =
    detail::place_branches<detail::count_branches(Net::chain)>(Net::fused, Planned::layout, Planned::plan);

/// The largest number of branches of one composition.
template <class Net, class Planned>
inline constexpr std::size_t most_branches = [] {
    std::size_t most = 0;
    for (const NodePlaces& node : placement<Net, Planned>)
        if (node.branches > most) most = node.branches;
    return most;
}();

/// Memory of a pass: one buffer with three zones (per token, per sample, fixed), whose start addresses
/// depend on batch size and number of time steps.
template <class T>
struct Arena {
    T* base = nullptr;
    const T* input = nullptr;  ///< the network's input, contiguous
    std::size_t batch = 0, time_steps = 1;
    Memory memory{};  ///< sizes of the zones, as planned

    /// Address of a value; null if it is not present.
    constexpr T* address(const Place& place) const {
        if (!place.present) return nullptr;
        T* zone = base;
        std::size_t units = batch * time_steps;
        if (place.zone != graph::Zone::token) {
            zone += memory.per_token * units;
            units = batch;
        }
        if (place.zone == graph::Zone::fixed) {
            zone += memory.per_sample * units;
            units = 1;
        }
        return zone + place.offset * units + place.channel;
    }
    /// The block of a value that layers may write; empty if it is not present or is the network's input.
    constexpr Block<T> block(const Place& place, const Shape& shape) const {
        if (!place.present || place.external) return {};
        return {address(place), rows(shape), shape.channels(), place.stride};
    }
    /// The block of a value to read, which may be the network's input.
    constexpr Block<const T> read(const Place& place, const Shape& shape) const {
        if (!place.external) return block(place, shape);
        return {input, rows(shape), shape.channels(), shape.channels()};
    }
    constexpr std::size_t rows(const Shape& shape) const {
        return shape.pixels() * batch * (shape.per_token ? time_steps : 1);
    }
};

}  // namespace alrao
