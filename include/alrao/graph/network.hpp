#pragma once

// This include stays first, in a block of its own so that clang-format does not sort it: the static_asserts
// of meta/refusal.hpp report wrong models, and clang prints the chain of includes that leads to an error,
// which is shortest from here.
#include <alrao/meta/refusal.hpp>

#include <alrao/graph/parameter_table.hpp>
#include <alrao/graph/plan.hpp>
#include <alrao/graph/refusal.hpp>
#include <alrao/layers/input.hpp>

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

/// Whether an input shape is valid. The input types report invalid ones by their own static_asserts.
constexpr bool sound_input(const Shape& shape) {
    return (shape.rank() == 1 || shape.rank() == 3) && shape.size() > 0;
}

/// Checks the input of a network, and that layers follow it.
template <class In, std::size_t LayerCount>
struct CheckedInput {
    static_assert(sizeof(In) > 0);
    static_assert(NetworkInput<In>,
                  "alrao: a network's first argument is its input: Input<...>, Sequence<...> or Tokens");
    static_assert(LayerCount > 0, "alrao: a network needs at least one layer after its input");
};

template <std::size_t Count>
constexpr Facts last_facts(const Chain<Count>& chain) {
    if constexpr (Count == 0) return {};
    else return chain.nodes[Count - 1].facts;
}

/// The chain of an input and layers, before and after fusion. This class is separate from Network so that it
/// is complete when an error is reported; the error message then prints the type of the network only once.
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
    /// Instantiating this type (by sizeof) reports a refusal.
    using check = typename RefusalCheck<chain.accepted() || !has_input || count == 0, leaves, chain>::type;
};

/// Memory layout and plan of a network, for training or prediction. Each member is a separate constant,
/// because clang limits the evaluation steps of each constant.
template <std::size_t Count, const FusedChain<Count>& chain, bool training>
struct Planned {
    static constexpr Layout<Count> layout = lay_out(chain, training);
    static constexpr Plan<Count> token = plan_zone(layout, Zone::token);
    static constexpr Plan<Count> sample = plan_zone(layout, Zone::sample);
    static constexpr Plan<Count> fixed = plan_zone(layout, Zone::fixed);
    static constexpr Plan<Count> plan = merge(layout, token, sample, fixed);
};

/// Number of elements in an arena with zones of these sizes, for `batch` samples of `time_steps` time steps.
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

/// Number of elements in a buffer in which each entry starts at a multiple of block_granule.
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

/// Number of features of all layers but the head, that is, of random learning rates with
/// RateGroups::per_feature.
template <std::size_t N>
constexpr std::size_t count_features(const std::array<ParameterEntry, N>& parameters) {
    std::size_t sum = 0;
    for (std::size_t p = 0; p < N; ++p)
        if (parameters[p].copies == 0 && (p == 0 || parameters[p].group != parameters[p - 1].group))
            sum += parameters[p].features;
    return sum;
}

}  // namespace graph

/// A network as a type: its input and its layers, in the order of data flow. Shapes, tables of parameters
/// and statistics, and memory plans are compile-time constants of this type. An invalid network gives one
/// readable compile error.
template <class In, class... Layers>
struct Network {
    static_assert(meta::stated<sizeof(layers::Checked<Layers>)...,
                               sizeof(graph::CheckedInput<In, graph::flat_leaves<Layers...>::size>)>);
    static_assert(sizeof(typename graph::Flow<In, Layers...>::check) || true);

    /// All layers as a flat list, with marks where the branches of compositions begin and end.
    using leaves = graph::flat_leaves<Layers...>;
    static constexpr std::size_t node_count = leaves::size;
    /// The leaves with their shapes and facts.
    static constexpr const graph::Chain<node_count>& chain = graph::Flow<In, Layers...>::chain;
    /// The chain after fusion, which is what runs.
    static constexpr const graph::FusedChain<node_count>& fused = graph::Flow<In, Layers...>::fused;
    /// False for an invalid network.
    static constexpr bool accepted = chain.accepted();

    static constexpr Shape input_shape = graph::shape_of_input<In>();
    static constexpr Shape output_shape = graph::last_facts(chain).output;
    /// Copies of the last layer: 0 if the network does not end in a head, 1 for a plain head.
    static constexpr std::size_t copies = graph::last_facts(chain).copies;

    static constexpr graph::Counts counts = graph::count_entries(chain);
    /// All parameters, in order, with their positions in the parameter buffer.
    static constexpr std::array<ParameterEntry, counts.parameters> parameters =
        graph::parameter_table<counts.parameters>(chain);
    /// All statistics, in order, with their positions in the statistics buffer.
    static constexpr std::array<StatisticEntry, counts.statistics> statistics =
        graph::statistic_table<counts.statistics>(chain);
    /// Number of trained numbers, including all copies of the head, without padding.
    static constexpr std::size_t parameter_count = graph::total_size(parameters);
    /// Sizes in elements of the buffers of parameters and statistics, with padding.
    static constexpr std::size_t parameter_elements = graph::buffer_elements(parameters);
    static constexpr std::size_t statistic_elements = graph::buffer_elements(statistics);
    /// Number of features of all layers but the head, which is the number of random learning rates.
    static constexpr std::size_t feature_count = graph::count_features(parameters);

    /// Floating-point operations of a prediction, per sample (or token); a multiply-add counts as 2.
    static constexpr double flops = graph::total(chain, &Facts::flops);
    /// Floating-point operations of a training step without the update, per sample (or token).
    static constexpr double training_flops = flops + graph::total(chain, &Facts::backward_flops);

    /// Memory plans.
    using Training = graph::Planned<node_count, fused, true>;
    using Prediction = graph::Planned<node_count, fused, false>;

    /// Elements of memory that training needs for activations and temporary values (not for parameters,
    /// gradients and optimizer state).
    static constexpr std::size_t training_elements(std::size_t batch, std::size_t time_steps = 1) {
        return graph::arena_elements(Training::plan.memory, batch, time_steps);
    }
    /// Elements of memory that prediction needs for activations and temporary values.
    static constexpr std::size_t prediction_elements(std::size_t batch, std::size_t time_steps = 1) {
        return graph::arena_elements(Prediction::plan.memory, batch, time_steps);
    }
};

namespace graph {
/// Network<In, Layers...>, after checking it. Because the checks are made by this alias, an error message
/// prints the type of the network once, and not again for each class derived from it.
template <class In, class... Layers>
using StatedNetwork =
    std::conditional_t<meta::stated<sizeof(meta::Said<layers::Checked<Layers>>)...,
                                    sizeof(meta::Said<CheckedInput<In, flat_leaves<Layers...>::size>>),
                                    sizeof(meta::Said<typename Flow<In, Layers...>::check>)>,
                       Network<In, Layers...>, void>;
}  // namespace graph

}  // namespace alrao
