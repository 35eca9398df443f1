#pragma once

#include <alrao/learn/detail/feature_columns.hpp>
#include <alrao/learn/detail/optimizer_parts.hpp>
#include <alrao/learn/divergence.hpp>
#include <alrao/model/posterior.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace alrao {

namespace detail {

/// Removes the pruned and retired copies of the head from the average. p: index of a parameter of the head.
template <class Net, class Rule>
[[gnu::cold]] void drop_lost_copies(Posterior& posterior, const OptimizerParts<Net, Rule>& parts,
                                    std::size_t p) {
    parts.weighting.averaging.drop(
        posterior, [&](std::size_t j) { return posterior.retired[j] == 0 && !parts.rates.is_pruned(p, j); });
}

/// Prunes one feature of a group of parameters: its parameters, the rule's buffers, its rates and its
/// gradients of this step become 0. The caller records the event.
template <class Net, class Rule>
[[gnu::cold]] void prune(Net& net, OptimizerParts<Net, Rule>& parts,
                         std::span<typename Net::scalar> gradients, std::size_t group, std::size_t feature) {
    for (const ParameterEntry& entry : Net::parameters) {
        if (entry.group != group) continue;
        clear_feature(net.parameter_buffer().data(), entry, feature);
        clear_feature(gradients.data(), entry, feature);
        parts.memory.clear_feature(entry, feature);
        parts.average.clear_feature(entry, feature);
    }
    parts.rates.prune(group, feature);
}

/// Whether any parameter of a feature of a group is not 0.
template <class Net>
[[nodiscard, gnu::cold]] bool has_numbers(const Net& net, std::size_t group, std::size_t feature) {
    const auto* const buffer = net.parameter_buffer().data();
    for (const ParameterEntry& entry : Net::parameters)
        if (entry.group == group && feature_lives(buffer, entry, feature)) return true;
    return false;
}

/// Sets the gradients of a copy of the head to 0, because later steps do not compute it.
template <class Net>
[[gnu::cold]] void clear_copy(std::span<typename Net::scalar> gradients, std::size_t copy) {
    for (const ParameterEntry& entry : Net::parameters)
        if (entry.copies > 0) clear_feature(gradients.data(), entry, copy);
}

}  // namespace detail

namespace guard {

/// Sets the features and copies of `net` that `optimizer` has pruned to 0 again. Call it after parameters of
/// an earlier state were assigned to the model: features that were pruned after that state have nonzero
/// parameters again but rate 0, so they would not be trained and could diverge again.
template <class Net, class Rule>
[[gnu::cold]] void prune_again(Net& net, const Optimizer<Net, Rule>& optimizer) {
    const detail::OptimizerParts<Net, Rule>& parts = detail::parts_of(optimizer);
    if (parts.record.empty()) return;
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        bool has_weight = false;
        for (std::size_t feature = 0; feature < entry.features; ++feature) {
            if (!parts.rates.is_pruned(p, feature)) continue;
            detail::clear_feature(net.parameter_buffer().data(), entry, feature);
            has_weight = has_weight || (entry.copies > 0 && net.posterior().weight(feature) > 0);
        }
        if (has_weight) detail::drop_lost_copies(net.posterior(), parts, p);
    }
}

}  // namespace guard
}  // namespace alrao
