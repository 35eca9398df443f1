#pragma once

#include <alrao/layers/network.hpp>
#include <alrao/ops/context.hpp>

#include <array>
#include <cstddef>

namespace alrao {

/// Where a value lies in the arena: `offset` in its zone in elements per token, per sample or in all.
struct Place {
    bool present = false, external = false;
    layers::Zone zone = layers::Zone::sample;
    std::size_t offset = 0, channel = 0, stride = 0;
};

/// All places of one leaf.
struct NodePlaces {
    Place input{}, output{}, input_gradient{}, output_gradient{};
    std::array<Place, 3> saved{}, forward_scratch{}, backward_scratch{};
    bool ends_with_relu = false, done_by_previous = false;
    bool learns = false;                       ///< backward has something to do
    std::size_t parameter = 0, statistic = 0;  ///< first of its entries
};

namespace detail {

template <std::size_t Count>
constexpr Place place_of(const layers::Layout<Count>& layout, const layers::Plan<Count>& plan,
                         std::size_t storage, std::size_t channels) {
    Place place;
    if (storage == layers::nothing) return place;
    place.present = true;
    place.stride = channels;
    std::size_t root = storage;
    while (layout.storages[root].parent != layers::nothing) {
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
constexpr std::array<NodePlaces, Count> place_nodes(const layers::Chain<Count>& chain,
                                                    const layers::Layout<Count>& layout,
                                                    const layers::Plan<Count>& plan) {
    std::array<NodePlaces, Count> places{};
    std::size_t parameter = 0, statistic = 0;
    for (std::size_t i = 0; i < Count; ++i) {
        const layers::Wiring& wire = layout.wiring[i];
        const layers::Value &in = layout.values[wire.input], &out = layout.values[wire.output];
        const auto place = [&](std::size_t storage, std::size_t channels) {
            return place_of(layout, plan, storage, channels);
        };
        NodePlaces& node = places[i];
        node.input = place(in.storage, in.shape.channels());
        node.output = place(out.storage, out.shape.channels());
        node.input_gradient = place(in.gradient, in.shape.channels());
        node.output_gradient = place(out.gradient, out.shape.channels());
        for (std::size_t zone = 0; zone < 3; ++zone) {
            node.saved[zone] = place(wire.saved[zone], 0);
            node.forward_scratch[zone] = place(wire.forward_scratch[zone], 0);
            node.backward_scratch[zone] = place(wire.backward_scratch[zone], 0);
        }
        node.ends_with_relu = wire.ends_with_relu;
        node.done_by_previous = wire.done_by_previous;
        node.learns = layout.training && (out.has_gradient() || chain.nodes[i].facts.copies > 0);
        node.parameter = parameter;
        node.statistic = statistic;
        parameter += chain.nodes[i].facts.parameters.size;
        statistic += chain.nodes[i].facts.statistics.size;
    }
    return places;
}

}  // namespace detail

/// The places of all leaves of a network, in training or in prediction.
template <class Net, class Planned>
inline constexpr std::array<NodePlaces, Net::node_count> placement =
    detail::place_nodes(Net::chain, Planned::layout, Planned::plan);

/// An arena: three zones in one buffer, whose bases follow from batch and steps.
template <class T>
struct Arena {
    T* base = nullptr;
    const T* input = nullptr;                  ///< the network's input, contiguous
    std::size_t batch = 0, steps = 1;
    Memory memory{};                           ///< sizes of the zones, as planned

    constexpr T* address(const Place& place) const {
        if (!place.present) return nullptr;
        T* zone = base;
        std::size_t units = batch * steps;
        if (place.zone != layers::Zone::token) {
            zone += memory.per_token * units;
            units = batch;
        }
        if (place.zone == layers::Zone::fixed) {
            zone += memory.per_sample * units;
            units = 1;
        }
        return zone + place.offset * units + place.channel;
    }
    constexpr Block<T> block(const Place& place, const Shape& shape) const {
        if (!place.present || place.external) return {};
        return {address(place), rows(shape), shape.channels(), place.stride};
    }
    constexpr Block<const T> read(const Place& place, const Shape& shape) const {
        if (!place.external) return block(place, shape);
        return {input, rows(shape), shape.channels(), shape.channels()};
    }
    constexpr std::size_t rows(const Shape& shape) const {
        return shape.pixels() * batch * (shape.per_token ? steps : 1);
    }
};

}  // namespace alrao
