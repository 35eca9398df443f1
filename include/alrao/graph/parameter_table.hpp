#pragma once

#include <alrao/graph/chain.hpp>
#include <alrao/graph/plan.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace alrao {

/// One parameter of a network, and its position in the parameter buffer of a model.
///
/// It is stored as a contiguous matrix of `rows` x `columns` elements that starts at a multiple of 16
/// elements. The columns are the feature axis and all axes after it, the rows are all axes before it, so
/// that one row of learning rates serves all rows. Column c belongs to feature c / inner; columns from
/// features * inner on are padding and always 0.
struct ParameterEntry {
    Path path{};                          ///< position of the layer
    std::string_view layer{}, name{};     ///< name of the layer and of the parameter
    std::size_t node = 0;                 ///< index of the layer in Network::chain
    Extents extents{};                    ///< without padding
    Role role = Role::weight;             ///< purpose, for the initialisation
    std::size_t fan_in = 1, fan_out = 1;  ///< see Parameter
    std::size_t feature_axis = 0;         ///< the axis along which learning rates differ
    std::size_t features = 0, inner = 1;  ///< number of features, and columns per feature
    std::size_t group = 0;                ///< parameters with the same group share their learning rates
    std::size_t official_features = 0;    ///< number of features with RateGroups::official (one column each)
    std::size_t official_group = 0;       ///< the same as `group`, for RateGroups::official
    std::size_t offset = 0, rows = 0, columns = 0;  ///< position and extents in the buffer
    std::size_t copies = 0;                         ///< copies of a head; 0 in other layers

    /// Number of elements without padding.
    constexpr std::size_t size() const { return extents.size(); }
    /// Number of elements with padding.
    constexpr std::size_t elements() const { return rows * columns; }
};

/// One statistic of a network, and its position (`offset`) in the statistics buffer of a model.
struct StatisticEntry {
    Path path{};                                 ///< position of the layer
    std::string_view layer{}, name{};            ///< name of the layer and of the statistic
    std::size_t node = 0, size = 0, offset = 0;  ///< index of the layer; number of elements; position
    double initial = 0;                          ///< first value of each element
};

namespace graph {

/// Numbers of entries in the tables of a network.
struct Counts {
    std::size_t parameters = 0, statistics = 0;
};

template <std::size_t Count>
constexpr Counts count_entries(const Chain<Count>& chain) {
    Counts counts;
    if (!chain.accepted()) return counts;
    for (const Node& node : chain.nodes) {
        counts.parameters += node.facts.parameters.size;
        counts.statistics += node.facts.statistics.size;
    }
    return counts;
}

/// The table of all parameters, in order. Groups are numbered consecutively over the whole network.
template <std::size_t Parameters, std::size_t Count>
constexpr std::array<ParameterEntry, Parameters> parameter_table(const Chain<Count>& chain) {
    std::array<ParameterEntry, Parameters> table{};
    std::size_t at = 0, offset = 0, groups = 0, official_groups = 0;
    for (std::size_t i = 0; at < Parameters; ++i) {
        const Node& node = chain.nodes[i];
        std::size_t next_group = groups, next_official = official_groups;
        for (std::size_t p = 0; p < node.facts.parameters.size; ++p, ++at) {
            const Parameter& parameter = node.facts.parameters[p];
            const Extents& extents = parameter.extents;
            const std::size_t axis = parameter.feature_axis;
            const std::size_t official = parameter.official_axis == no_axis ? axis : parameter.official_axis;
            ParameterEntry& entry = table[at];
            entry.path = node.path;
            entry.layer = node.name;
            entry.name = parameter.name;
            entry.node = i;
            entry.extents = extents;
            entry.role = parameter.role;
            entry.fan_in = parameter.fan_in;
            entry.fan_out = parameter.fan_out;
            entry.feature_axis = axis;
            entry.features = extents[axis];
            entry.inner = extents.product(axis + 1, extents.rank);
            entry.group = groups + parameter.group;
            entry.official_features =
                parameter.official_axis == no_axis ? entry.features : extents.product(official, extents.rank);
            entry.official_group = official_groups + parameter.official_group;
            entry.copies = parameter.copies;
            const std::size_t row = extents.product(axis, extents.rank);
            entry.columns = parameter.copies > 0 ? rounded_up(row, block_granule) : row;
            entry.rows = extents.product(0, axis);
            entry.offset = offset;
            offset += rounded_up(entry.elements(), block_granule);
            if (entry.group >= next_group) next_group = entry.group + 1;
            if (entry.official_group >= next_official) next_official = entry.official_group + 1;
        }
        groups = next_group;
        official_groups = next_official;
    }
    return table;
}

/// The table of all statistics, in order.
template <std::size_t Statistics, std::size_t Count>
constexpr std::array<StatisticEntry, Statistics> statistic_table(const Chain<Count>& chain) {
    std::array<StatisticEntry, Statistics> table{};
    std::size_t at = 0, offset = 0;
    for (std::size_t i = 0; at < Statistics; ++i) {
        const Node& node = chain.nodes[i];
        for (std::size_t s = 0; s < node.facts.statistics.size; ++s, ++at) {
            const Statistic& statistic = node.facts.statistics[s];
            table[at] = {node.path, node.name, statistic.name, i, statistic.size, offset, statistic.initial};
            offset += rounded_up(statistic.size, block_granule);
        }
    }
    return table;
}

}  // namespace graph
}  // namespace alrao
