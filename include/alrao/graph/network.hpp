#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/graph/plan.hpp>
#include <alrao/graph/refusal.hpp>
#include <alrao/layers/input.hpp>
#include <alrao/meta/refusal.hpp>  // first, so that a message counts few files on the way to it

#include <array>
#include <cstddef>
#include <type_traits>

namespace alrao {

namespace graph {

template <class Leaves>
struct LeafTables;
template <class... Leaves>
struct LeafTables<meta::List<Leaves...>> {
    static constexpr std::array<LeafTable, sizeof...(Leaves)> value{leaf_table<Leaves>()...};
};

template <class In>
constexpr Shape shape_of_input() {
    if constexpr (NetworkInput<In>) return In::shape;
    else return {};
}

/// An input that can be one: others have an assertion of their own.
constexpr bool sound_input(const Shape& shape) {
    return (shape.rank() == 1 || shape.rank() == 3) && shape.size() > 0;
}

template <class In, std::size_t LayerCount>
struct CheckedInput {
    static_assert(sizeof(In) > 0);
    static_assert(NetworkInput<In>,
                  "alrao: a network's first argument is what it takes: Input<...>, Sequence<...>, Tokens");
    static_assert(LayerCount > 0, "alrao: a network needs at least one layer after its input");
};

template <std::size_t Count>
constexpr Facts last_facts(const Chain<Count>& chain) {
    if constexpr (Count == 0) return {};
    else return chain.nodes[Count - 1].facts;
}

/// What an input and layers make of each other. Apart from Network, so that a message about a
/// network names its type once: this one is complete before anything is refused.
template <class In, class... Layers>
struct Flow {
    using leaves = flat_leaves<Layers...>;
    static constexpr std::size_t count = leaves::size;
    static constexpr bool has_input = sound_input(shape_of_input<In>());
    static constexpr Chain<count> chain =
        has_input
            ? walk<count>(shape_of_input<In>(), LeafTables<leaves>::value, leaf_paths<count, Layers...>())
            : Chain<count>::without_input();
    static constexpr FusedChain<count> fused = fuse(chain);
    /// Its size is asked for where the refusal is to be said.
    using check = typename RefusalCheck<chain.accepted() || !has_input || count == 0, leaves, chain>::type;
};

/// Storages, wiring and offsets of a network, for training or for prediction. Each member is a
/// constant of its own, because a compiler bounds the work of one constant, not of a program.
template <std::size_t Count, const FusedChain<Count>& chain, bool training>
struct Planned {
    static constexpr Layout<Count> layout = lay_out(chain, training);
    static constexpr Plan<Count> token = plan_zone(layout, Zone::token);
    static constexpr Plan<Count> sample = plan_zone(layout, Zone::sample);
    static constexpr Plan<Count> fixed = plan_zone(layout, Zone::fixed);
    static constexpr Plan<Count> plan = merge(layout, token, sample, fixed);
};

/// Elements of an arena whose zones have these sizes, for a batch of samples of so many steps.
constexpr std::size_t arena_elements(const Memory& memory, std::size_t batch, std::size_t time_steps) {
    return saturating_multiply(memory.per_token, saturating_multiply(batch, time_steps)) +
           saturating_multiply(memory.per_sample, batch) + memory.fixed;
}

template <std::size_t Count>
constexpr double total(const Chain<Count>& chain, double Facts::*what) {
    double sum = 0;
    for (const Node& node : chain.nodes) sum += node.facts.*what;
    return sum;
}

template <std::size_t N>
constexpr std::size_t total_size(const std::array<ParameterEntry, N>& parameters) {
    std::size_t sum = 0;
    for (const ParameterEntry& parameter : parameters) sum += parameter.size();
    return sum;
}

/// Length of a buffer in which each entry starts at a multiple of the granule.
template <class Entry, std::size_t N>
constexpr std::size_t buffer_elements(const std::array<Entry, N>& entries) {
    if constexpr (N == 0) {
        return 0;
    } else if constexpr (requires { entries[0].columns; }) {
        return entries[N - 1].offset + rounded_up(entries[N - 1].elements(), block_granule);
    } else {
        return entries[N - 1].offset + rounded_up(entries[N - 1].size, block_granule);
    }
}

/// Features of the trunk: the learning rates that RateGroups::per_feature draws.
template <std::size_t N>
constexpr std::size_t count_features(const std::array<ParameterEntry, N>& parameters) {
    std::size_t sum = 0;
    for (std::size_t p = 0; p < N; ++p)
        if (parameters[p].copies == 0 && (p == 0 || parameters[p].group != parameters[p - 1].group))
            sum += parameters[p].features;
    return sum;
}

}  // namespace graph

/// A network as a type: what it takes, and its layers in the order data flows. Whatever is known
/// before it runs is a constant of this type; a network that cannot be is one readable error.
template <class In, class... Layers>
struct Network {
    static_assert(meta::stated<sizeof(layers::Checked<Layers>)...,
                               sizeof(graph::CheckedInput<In, graph::flat_leaves<Layers...>::size>)>);
    static_assert(sizeof(typename graph::Flow<In, Layers...>::check) || true);

    using leaves = graph::flat_leaves<Layers...>;
    static constexpr std::size_t node_count = leaves::size;
    static constexpr const graph::Chain<node_count>& chain = graph::Flow<In, Layers...>::chain;
    /// What is run: the chain with neighbours fused into one call.
    static constexpr const graph::FusedChain<node_count>& fused = graph::Flow<In, Layers...>::fused;
    static constexpr bool accepted = chain.accepted();

    static constexpr Shape input_shape = graph::shape_of_input<In>();
    static constexpr Shape output_shape = graph::last_facts(chain).output;
    /// Copies of the last layer: 0 if the network does not end in a head, 1 for a plain head.
    static constexpr std::size_t copies = graph::last_facts(chain).copies;

    static constexpr graph::Counts counts = graph::count_entries(chain);
    static constexpr std::array<ParameterEntry, counts.parameters> parameters =
        graph::parameter_table<counts.parameters>(chain);
    static constexpr std::array<StatisticEntry, counts.statistics> statistics =
        graph::statistic_table<counts.statistics>(chain);
    /// Trained numbers, all copies included; without padding.
    static constexpr std::size_t parameter_count = graph::total_size(parameters);
    /// Length of the buffer that holds them.
    static constexpr std::size_t parameter_elements = graph::buffer_elements(parameters);
    static constexpr std::size_t statistic_elements = graph::buffer_elements(statistics);
    /// Features of all layers but the head: learning rates drawn.
    static constexpr std::size_t feature_count = graph::count_features(parameters);

    /// Floating-point operations of a prediction, per sample (per token), a multiply-add being 2.
    static constexpr double flops = graph::total(chain, &Facts::flops);
    /// The same of a training step, without the update.
    static constexpr double training_flops = flops + graph::total(chain, &Facts::backward_flops);

    using Training = graph::Planned<node_count, fused, true>;
    using Prediction = graph::Planned<node_count, fused, false>;

    /// Elements that training needs for a batch beside parameters, gradients and optimizer.
    static constexpr std::size_t training_elements(std::size_t batch, std::size_t time_steps = 1) {
        return graph::arena_elements(Training::plan.memory, batch, time_steps);
    }
    /// Elements that prediction needs.
    static constexpr std::size_t prediction_elements(std::size_t batch, std::size_t time_steps = 1) {
        return graph::arena_elements(Prediction::plan.memory, batch, time_steps);
    }
};

namespace graph {
/// Network<In, Layers...>, once whatever is wrong with it has been said: by whoever names this, so
/// that a message prints the network's type once, not once for each class built on it.
template <class In, class... Layers>
using StatedNetwork =
    std::conditional_t<meta::stated<sizeof(meta::Said<layers::Checked<Layers>>)...,
                                    sizeof(meta::Said<CheckedInput<In, flat_leaves<Layers...>::size>>),
                                    sizeof(meta::Said<typename Flow<In, Layers...>::check>)>,
                       Network<In, Layers...>, void>;
}  // namespace graph

}  // namespace alrao
