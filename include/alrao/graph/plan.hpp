#pragma once

#include <alrao/graph/layout.hpp>

#include <array>
#include <cstddef>

namespace alrao::graph {

/// Blocks start at multiples of this many elements (64 bytes in float) for any batch size.
inline constexpr std::size_t block_granule = 16;

/// A memory plan: the offset of each storage within its zone, and the sizes of the zones.
template <std::size_t Count>
struct Plan {
    std::array<std::size_t, 11 * Count + 2> offset{};  ///< elements per token, per sample, or absolute
    Memory memory{};
};

/// The free ranges of a zone, sorted by offset. Adjacent ranges are merged.
template <std::size_t Capacity>
struct FreeRanges {
    std::array<std::size_t, Capacity> begin{}, length{};
    std::size_t count = 0;

    constexpr void remove_at(std::size_t at) {
        --count;
        for (std::size_t i = at; i < count; ++i) begin[i] = begin[i + 1], length[i] = length[i + 1];
    }
    /// Index of the smallest range of at least `size` elements, or `count` if there is none.
    constexpr std::size_t best_fit(std::size_t size) const {
        std::size_t best = count;
        for (std::size_t i = 0; i < count; ++i)
            if (length[i] >= size && (best == count || length[i] < length[best])) best = i;
        return best;
    }
    /// Allocates `size` elements and returns their offset. Enlarges the zone, whose end is `end`, if no free
    /// range is large enough.
    constexpr std::size_t take(std::size_t size, std::size_t& end) {
        const std::size_t at = best_fit(size);
        if (at < count) {
            const std::size_t offset = begin[at];
            begin[at] += size;
            length[at] -= size;
            if (length[at] == 0) remove_at(at);
            return offset;
        }
        // Enlarge a free range at the end of the zone, or else append to the zone.
        if (count > 0 && begin[count - 1] + length[count - 1] == end) {
            const std::size_t offset = begin[--count];
            end = offset + size;
            return offset;
        }
        const std::size_t offset = end;
        end += size;
        return offset;
    }
    /// Frees a range.
    constexpr void give(std::size_t offset, std::size_t size) {
        std::size_t at = 0;
        while (at < count && begin[at] < offset) ++at;
        const bool joins_next = at < count && begin[at] == offset + size;
        const bool joins_previous = at > 0 && begin[at - 1] + length[at - 1] == offset;
        if (joins_previous && joins_next) {
            length[at - 1] += size + length[at];
            remove_at(at);
        } else if (joins_previous) {
            length[at - 1] += size;
        } else if (joins_next) {
            begin[at] = offset;
            length[at] += size;
        } else {
            for (std::size_t i = count++; i > at; --i) begin[i] = begin[i - 1], length[i] = length[i - 1];
            begin[at] = offset;
            length[at] = size;
        }
    }
};

/// The storages with the lifetimes of parts merged into the storage that contains them.
template <std::size_t Count>
constexpr auto whole_storages(const Layout<Count>& layout) {
    auto storages = layout.storages;
    for (std::size_t s = 0; s < layout.storage_count; ++s) {
        std::size_t root = s;
        while (storages[root].parent != nothing) root = storages[root].parent;
        if (root == s || !storages[s].used()) continue;
        storages[root].touch(storages[s].first);
        storages[root].touch(storages[s].last);
    }
    return storages;
}

/// Assigns offsets so that storages that are alive at the same time do not overlap. One sweep over the calls
/// of a step: each call allocates the storages of which it is the first use, each in the smallest sufficient
/// free range, and frees those of which it is the last use.
template <std::size_t Count>
constexpr Plan<Count> plan_zone(const Layout<Count>& layout, Zone zone) {
    Plan<Count> plan;
    const auto storages = whole_storages(layout);
    std::array<std::size_t, 2 * Count + 1> born{}, dies{};
    std::array<std::size_t, 11 * Count + 2> next_born{}, next_dies{};
    for (std::size_t t = 0; t < born.size(); ++t) born[t] = dies[t] = nothing;
    for (std::size_t s = layout.storage_count; s-- > 0;) {
        const Storage& storage = storages[s];
        if (storage.zone != zone || !storage.used() || storage.parent != nothing || storage.external)
            continue;
        next_born[s] = born[storage.first];
        born[storage.first] = s;
        next_dies[s] = dies[storage.last];
        dies[storage.last] = s;
    }
    FreeRanges<2 * Count + 2> ranges;
    std::size_t end = 0;
    for (std::size_t t = 0; t < born.size(); ++t) {
        for (std::size_t s = born[t]; s != nothing; s = next_born[s])
            plan.offset[s] = ranges.take(rounded_up(storages[s].size(), block_granule), end);
        for (std::size_t s = dies[t]; s != nothing; s = next_dies[s])
            ranges.give(plan.offset[s], rounded_up(storages[s].size(), block_granule));
        // `end` is the largest extent of the zone so far; freeing does not reduce it
    }
    (zone == Zone::token    ? plan.memory.per_token
     : zone == Zone::sample ? plan.memory.per_sample
                            : plan.memory.fixed) = end;
    return plan;
}

/// Combines the plans of the three zones.
template <std::size_t Count>
constexpr Plan<Count> merge(const Layout<Count>& layout, const Plan<Count>& token, const Plan<Count>& sample,
                            const Plan<Count>& fixed) {
    Plan<Count> plan;
    for (std::size_t s = 0; s < layout.storage_count; ++s)
        plan.offset[s] = token.offset[s] + sample.offset[s] + fixed.offset[s];
    plan.memory = {token.memory.per_token, sample.memory.per_sample, fixed.memory.fixed};
    return plan;
}

}  // namespace alrao::graph
