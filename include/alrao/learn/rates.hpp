#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/learn/log_uniform.hpp>
#include <alrao/learn/rate_groups.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace alrao {

/// The place of the rates of one parameter: a row of `period` rates at `offset` in the buffer of rates. The
/// parameter consists of `rows` rows of `period` numbers, and all rows use the same rates.
struct RateRow {
    std::size_t offset = 0, rows = 0, period = 0;
};

namespace rates {

/// The length of the row of rates of a parameter: the number of its columns (per_feature, and for all
/// parameters of the copies), of its features in the authors' grouping if that is larger (official), or of
/// all its elements (per_weight).
constexpr std::size_t period(const ParameterEntry& entry, RateGroups groups) {
    if (entry.copies > 0 || groups == RateGroups::per_feature) return entry.columns;
    if (groups == RateGroups::per_weight) return entry.elements();
    return std::max(entry.columns, entry.official_features);
}

/// The places of the rates of all parameters; each row begins at a multiple of 16 numbers.
template <std::size_t N>
constexpr std::array<RateRow, N> lay_out(const std::array<ParameterEntry, N>& table, RateGroups groups) {
    std::array<RateRow, N> rows{};
    std::size_t offset = 0;
    for (std::size_t p = 0; p < N; ++p) {
        const std::size_t length = period(table[p], groups);
        rows[p] = {offset, table[p].elements() / length, length};
        offset += rounded_up(length, graph::block_granule);
    }
    return rows;
}

/// The size of a buffer that holds all rows.
template <std::size_t N>
constexpr std::size_t elements(const std::array<RateRow, N>& rows) {
    if constexpr (N == 0) return 0;
    return rows[N - 1].offset + rounded_up(rows[N - 1].period, graph::block_granule);
}

/// The feature to which rate `at` of a row belongs; for padding, the number of features.
constexpr std::size_t feature_of(const ParameterEntry& entry, std::size_t at) {
    return std::min(entry.features, at % entry.columns / entry.inner);
}

/// Draws the rates of parameter `number` of the trunk. Parameters of one group use the same random numbers
/// and therefore have the same rates.
template <class T>
void draw(const ParameterEntry& entry, std::size_t number, RateGroups groups, const LogUniform& interval,
          Seed seed, std::span<T> row) {
    std::size_t stream = entry.group, draws = entry.features;
    if (groups == RateGroups::official) {
        stream = entry.official_group;
        draws = entry.official_features;
    } else if (groups == RateGroups::per_weight) {
        stream = number;
        draws = entry.elements();
    }
    const std::size_t span = groups == RateGroups::per_weight || draws != entry.features ? 1 : entry.inner;
    Philox random(seed, Stream::rates, stream);
    for (std::size_t k = 0; k < draws; ++k)
        std::fill_n(row.begin() + static_cast<std::ptrdiff_t>(k * span), span,
                    static_cast<T>(interval.draw(random)));
}

/// Sets the rates of the copies of a head, evenly spread over the interval in the logarithm; padding gets 0.
template <class T>
void spread(const ParameterEntry& entry, const LogUniform& interval, std::span<T> row) {
    for (std::size_t j = 0; j < entry.copies; ++j)
        std::fill_n(row.begin() + static_cast<std::ptrdiff_t>(j * entry.inner), entry.inner,
                    static_cast<T>(interval.spread(j, entry.copies)));
}

/// Sets the same rate for all features; padding gets 0.
template <class T>
void constant(const ParameterEntry& entry, double rate, std::span<T> row) {
    for (std::size_t at = 0; at < row.size(); ++at)
        row[at] = feature_of(entry, at) < entry.features ? static_cast<T>(rate) : T{0};
}

}  // namespace rates
}  // namespace alrao
