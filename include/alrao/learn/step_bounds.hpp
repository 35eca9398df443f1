#pragma once

#include <alrao/kernels/magnitude.hpp>
#include <alrao/kernels/update/update.hpp>
#include <alrao/learn/rule_memory.hpp>
#include <alrao/learn/update_rule.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>

namespace alrao {

/// The largest magnitudes of each parameter and of the rule's buffers. From them and from the largest
/// gradient, the guard can often conclude, without reading the numbers, that all of them are finite after a
/// step.
///
/// The bounds refer to the numbers of a model and of a RuleMemory. An update reports new magnitudes while it
/// writes. If the numbers are changed otherwise, `measure` must be called. Pruning sets numbers to 0, so the
/// bounds remain valid.
template <class Net>
class StepBounds {
public:
    using T = typename Net::scalar;  ///< scalar type of the parameters

    /// `longest_row`: largest number of columns on which an update reports, FeatureRates::longest_row().
    explicit StepBounds(std::size_t longest_row) : of_parameter_(longest_row), of_state_(longest_row) {}

    /// Computes the bounds in one pass over `parameters` [Net::parameter_elements] and `memory`.
    [[gnu::cold]] void measure(std::span<const T> parameters, const RuleMemory<Net>& memory) {
        Threads alone;
        for (std::size_t p = 0; p < Net::parameters.size(); ++p) {
            parameter_[p] = measured(parameters.data(), p, alone);
            state_[p] = T{0};
            for (std::size_t k = 0; k < memory.buffers(); ++k)
                state_[p] = magnitude_max(state_[p], measured(memory.buffer(k), p, alone));
        }
    }

    /// Whether parameter p and its buffers are certainly finite after a step of `rule`, if no rate exceeds
    /// `rate` and no gradient exceeds `gradient`. If false, they can be finite or not.
    template <class Rule>
    [[nodiscard]] bool surely_finite(const Rule& rule, const rule::Moment& moment, std::size_t p, T rate,
                                     T gradient) const {
        const double bound = rule.bound(moment, {.rate = static_cast<double>(rate),
                                                 .gradient = static_cast<double>(gradient),
                                                 .parameter = static_cast<double>(parameter_[p]),
                                                 .state = static_cast<double>(state_[p])});
        return is_finite(bound) && bound < static_cast<double>(std::numeric_limits<T>::max()) / 4;
    }

    /// The memory into which an update of one parameter writes the largest magnitude of each column, of the
    /// parameter and of its buffers.
    [[nodiscard]] kernels::Magnitudes<T> columns() { return {of_parameter_.data(), of_state_.data()}; }
    /// Sets the first `period` columns to 0, for an update that reports on a part of them.
    void clear_columns(std::size_t period) {
        std::fill_n(of_parameter_.data(), period, T{0});
        std::fill_n(of_state_.data(), period, T{0});
    }
    /// Sets the bounds of parameter p from the first `period` columns. `has_state`: whether the update has
    /// written buffers.
    template <class Backend>
    void take_columns(std::size_t p, std::size_t period, bool has_state, Threads& threads) {
        parameter_[p] = kernels::magnitude<Backend, T>(of_parameter_.data(), period, threads);
        if (has_state) state_[p] = kernels::magnitude<Backend, T>(of_state_.data(), period, threads);
    }
    /// For each of the first `period` columns, the largest magnitude of the parameter and of its buffers. The
    /// result overwrites a part of columns() and is valid until an update writes to columns() again.
    [[nodiscard]] std::span<T> joined_columns(std::size_t period) {
        for (std::size_t c = 0; c < period; ++c)
            of_parameter_.data()[c] = magnitude_max(of_parameter_.data()[c], of_state_.data()[c]);
        return of_parameter_.span().first(period);
    }

private:
    static T measured(const T* buffer, std::size_t p, Threads& threads) {
        const ParameterEntry& entry = Net::parameters[p];
        return kernels::magnitude<OwnTiles<>, T>(buffer + entry.offset, entry.elements(), threads);
    }

    AlignedBuffer<T> of_parameter_, of_state_;  ///< magnitudes of one parameter's columns
    std::array<T, Net::parameters.size()> parameter_{}, state_{};
};

}  // namespace alrao
