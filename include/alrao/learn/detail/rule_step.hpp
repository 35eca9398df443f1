#pragma once

#include <alrao/kernels/update/update.hpp>
#include <alrao/learn/detail/feature_columns.hpp>
#include <alrao/learn/detail/optimizer_parts.hpp>
#include <alrao/learn/guard.hpp>
#include <alrao/ops/detail/live_copies.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

/// The operations of a step on the parts of an optimizer, in this order: `prepare`; for the guard
/// `surely_finite` and, if that returns false, `trial`; then `update`. learn/step.hpp calls `prepare` and
/// `update`, learn/quarantine.hpp the others. `gradients`: [Net::parameter_elements].
namespace alrao::detail {

/// Sets the gradients of pruned features to 0, so that they do not count in the norm of the gradient.
template <class Net, class Rule>
[[gnu::cold]] void clear_pruned(const OptimizerParts<Net, Rule>& parts,
                                std::span<typename Net::scalar> gradients) {
    for (std::size_t p = 0; p < Net::parameters.size(); ++p)
        for (std::size_t feature = 0; feature < Net::parameters[p].features; ++feature)
            if (parts.rates.is_pruned(p, feature))
                clear_feature(gradients.data(), Net::parameters[p], feature);
}

/// Sets the gradients of retired copies to 0. The backward pass does not compute them, so the buffer could
/// contain those of an earlier step.
template <class Net>
void clear_retired(const Net& net, std::span<typename Net::scalar> gradients) {
    for (const ParameterEntry& entry : Net::parameters)
        for (std::size_t j = 0; j < entry.copies; ++j)
            if (net.posterior().retired[j] != 0) clear_feature(gradients.data(), entry, j);
}

/// Clips the gradient, computes the centres, and scales the rates by the schedule and by their centres.
/// @throws ArgumentError if the length of the schedule or of the average is open, or the rule uses more
/// buffers than the memory has
template <class Backend, class Net, class Rule>
void prepare(OptimizerParts<Net, Rule>& parts, const Net& net, std::span<typename Net::scalar> gradients,
             Threads& threads) {
    const double factor = parts.schedule.factor();
    parts.average.require_share();
    parts.require_buffers({.step = parts.steps + 1, .factor = factor});
    if (!parts.record.empty()) clear_pruned(parts, gradients);
    parts.clipping.template clip<Backend>(gradients, threads);
    if (parts.centre.measured()) clear_retired(net, gradients);
    parts.centre.observe(net.parameter_buffer(), gradients, parts.steps + 1, factor, threads);
    parts.rates.scale(factor, parts.centre.values());
}

/// Whether parameter p and its buffers are certainly finite after the step. `largest`: largest magnitude of
/// its gradient.
template <class Net, class Rule>
[[nodiscard]] bool surely_finite(const OptimizerParts<Net, Rule>& parts, std::size_t p,
                                 typename Net::scalar largest) {
    return parts.bounds.surely_finite(parts.rule, parts.moment(p), p, parts.rates.largest(p), largest);
}

template <class Net, class Rule>
[[nodiscard]] kernels::Rows extent_of(const OptimizerParts<Net, Rule>& parts, std::size_t p) {
    return {parts.rates.rows()[p].rows, parts.rates.rows()[p].period};
}

/// Computes the step of parameter p without writing it. Returns the largest magnitude of parameter and
/// buffers in each column after the step; valid until the next call. Retired copies count as 0.
template <class Backend, class Net, class Rule>
std::span<const typename Net::scalar> trial(OptimizerParts<Net, Rule>& parts, const Net& net,
                                            std::span<const typename Net::scalar> gradients, std::size_t p,
                                            Threads& threads) {
    using T = typename Net::scalar;
    const ParameterEntry& entry = Net::parameters[p];
    parts.rule.template with_step<T>(parts.moment(p), [&]<class Step>(const Step& step) {
        kernels::trial_update<Backend, T>(
            step, extent_of(parts, p), parts.rates.scaled(p), gradients.data() + entry.offset,
            net.parameter_buffer().data() + entry.offset,
            std::as_const(parts.memory).template of<Step::states>(p), parts.bounds.columns(), threads);
    });
    const std::span<T> largest = parts.bounds.joined_columns(parts.rates.rows()[p].period);
    for (std::size_t j = 0; j < entry.copies; ++j)
        if (net.posterior().retired[j] != 0) std::fill_n(largest.data() + j * entry.inner, entry.inner, T{0});
    return largest;
}

/// Takes the step: parameters and buffers of all features and of the copies that have not retired.
template <class Backend, class Net, class Rule>
void update(OptimizerParts<Net, Rule>& parts, Net& net, std::span<const typename Net::scalar> gradients,
            Threads& threads) {
    using T = typename Net::scalar;
    const bool watch = parts.guard.policy != OnDivergence::ignore;
    const LiveCopies<OptimizerParts<Net, Rule>::copies> live(net.posterior().retired.data());
    for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
        const ParameterEntry& entry = Net::parameters[p];
        const kernels::Rows extent = extent_of(parts, p);
        const std::size_t states =
            parts.rule.template with_step<T>(parts.moment(p), [&]<class Step>(const Step& step) {
                const T* const gradient = gradients.data() + entry.offset;
                T* const parameter = net.parameter_buffer().data() + entry.offset;
                const auto memory = parts.memory.template of<Step::states>(p);
                const auto largest = watch ? parts.bounds.columns() : kernels::Magnitudes<T>{};
                if (entry.copies == 0 || live.all()) {
                    kernels::update<Backend, T>(step, extent, parts.rates.scaled(p), gradient, parameter,
                                                memory, largest, threads);
                } else {
                    parts.bounds.clear_columns(parts.rates.rows()[p].period);
                    for (const CopyRun& run : live) {
                        const Range columns{run.first * entry.inner, (run.first + run.count) * entry.inner};
                        kernels::update_columns<Backend, T>(step, extent, columns, parts.rates.scaled(p),
                                                            gradient, parameter, memory, largest, threads);
                    }
                }
                return Step::states;
            });
        if (watch)
            parts.bounds.template take_columns<Backend>(p, parts.rates.rows()[p].period, states > 0, threads);
    }
    parts.centre.accept();
    parts.average.template add<Backend>(std::as_const(net).parameter_buffer(), threads);
    ++parts.steps;
    parts.schedule.advance();
}

}  // namespace alrao::detail
