#pragma once

#include <alrao/graph/chain.hpp>
#include <alrao/graph/plan.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace alrao {

/// One parameter of a network: what it is, and where its numbers lie in the parameter buffer.
///
/// They lie as `rows` x `columns` contiguous elements, starting at a multiple of 16. A row is what
/// the axes from the feature axis on span, so that a learning rate for each column of one row serves
/// the whole array: feature = column / inner for columns below features * inner; the rest is padding
/// and always 0.
struct ParameterEntry {
    Path path{};
    std::string_view layer{}, name{};
    std::size_t node = 0;  ///< leaf of the network
    Extents extents{};
    Role role = Role::weight;
    std::size_t fan_in = 1, fan_out = 1;
    std::size_t feature_axis = 0;
    std::size_t features = 0, inner = 1;  ///< features, and columns that each spans
    std::size_t group = 0;                ///< equal number in the network: equal rates
    std::size_t official_features = 0;    ///< as RateGroups::official groups them: inner 1
    std::size_t official_group = 0;
    std::size_t offset = 0, rows = 0, columns = 0;
    std::size_t copies = 0;  ///< of a head; 0 in the trunk

    constexpr std::size_t size() const { return extents.size(); }
    constexpr std::size_t elements() const { return rows * columns; }
};

/// One statistic of a network, and where its numbers lie in the statistics buffer.
struct StatisticEntry {
    Path path{};
    std::string_view layer{}, name{};
    std::size_t node = 0, size = 0, offset = 0;
    double initial = 0;
};

namespace graph {

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

/// All parameters in order; feature groups are numbered through the network.
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
