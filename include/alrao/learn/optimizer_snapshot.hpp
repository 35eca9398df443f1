#pragma once

#include <alrao/learn/divergence.hpp>
#include <alrao/model/data_place.hpp>
#include <alrao/tensor/memory.hpp>

#include <cstdint>
#include <vector>

namespace alrao {

/// All numbers that an optimizer keeps between two steps, as plain data. `Optimizer::snapshot` returns them
/// and `Optimizer::restore` restores them; files contain them. The settings (rule, schedule, options) are not
/// included.
/// @tparam T scalar type of the network
template <class T>
struct OptimizerSnapshot {
    AlignedBuffer<T> rates;   ///< FeatureRates::numbers(): without schedule and centre; 0: pruned
    AlignedBuffer<T> memory;  ///< layout of RuleMemory::numbers(): the rule's buffers, one after the other
    std::vector<double> centre{};     ///< scalars of the centre of the rates, see centre::State
    AlignedBuffer<T> measured{};      ///< arrays of the centre of the rates
    AlignedBuffer<T> average{};       ///< average of the parameters; empty if none is kept
    std::uint64_t average_steps = 0;  ///< steps in that average
    /// Whether the model has the average (Optimizer::use_average). Then `average` contains the parameters
    /// with which the training continues, and `statistics` their statistics (of BatchNorm); otherwise
    /// `statistics` is empty.
    bool average_in_model = false;
    AlignedBuffer<T> statistics{};     ///< [Net::statistic_elements], or empty
    std::vector<double> limits;        ///< [leaves]: largest output allowed of each leaf; 0: not known yet
    std::uint64_t steps = 0;           ///< optimizer steps taken
    std::uint64_t schedule_steps = 0;  ///< optimizer steps taken since the schedule began
    std::vector<Divergence> pruned;    ///< pruned features and copies, in the order of pruning
    DataPlace place{};                 ///< the place in the data that `fit` has reached
    /// The carried state of the network at that place, in the layout of CarriedState::numbers(). Empty unless
    /// the optimizer was used in a fit on streams.
    AlignedBuffer<T> carried{};
};

}  // namespace alrao
