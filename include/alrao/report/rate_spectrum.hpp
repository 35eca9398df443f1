#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/report/histogram.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace alrao::report {

/// A histogram of the learning rates of an optimizer, without the schedule: the rates of all features of the trunk
/// and of all copies of the head, times their measured centres. Rates of biases and of normalisations are not shown.
/// A pruned feature has rate 0 and is left out.
/// @param optimizer an AlraoOptimizer or a OneRateOptimizer
template <class Optimizer>
[[nodiscard]] Histogram rate_spectrum(const Optimizer& optimizer) {
    Group trunk{.name = "features of the trunk"}, copies{.name = "copies of the head"};
    const auto& table = Optimizer::OptimizedNet::parameters;
    for (std::size_t p = 0; p < table.size(); ++p) {
        const ParameterEntry& entry = table[p];
        if (entry.role != Role::weight && entry.role != Role::recurrent && entry.role != Role::embedding)
            continue;
        Group& group = entry.copies > 0 ? copies : trunk;
        for (std::size_t feature = 0; feature < entry.features; ++feature)
            group.values.push_back(static_cast<double>(optimizer.rates().of(p, feature)) *
                                   optimizer.centre(p));
    }
    Histogram picture{.labels = {"Learning rates", "rate", "features"}, .logarithmic_x = true};
    if (!trunk.values.empty()) picture.groups.push_back(std::move(trunk));
    if (!copies.values.empty()) picture.groups.push_back(std::move(copies));
    return picture;
}

}  // namespace alrao::report
