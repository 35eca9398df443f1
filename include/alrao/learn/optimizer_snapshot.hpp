#pragma once

#include <alrao/learn/divergence.hpp>
#include <alrao/model/data_place.hpp>
#include <alrao/tensor/memory.hpp>

#include <cstdint>
#include <vector>

namespace alrao {

/// All numbers that an optimizer keeps between two steps, as plain data. `Optimizer::snapshot` returns them,
/// `Optimizer::restore` puts them back; files save them. T is the scalar type of the network.
///
/// The settings (rule, schedule, options) are not part of it: they belong to the program.
template <class T>
struct OptimizerSnapshot {
    AlignedBuffer<T> rates;            ///< as FeatureRates::numbers(): without the schedule; 0: pruned
    AlignedBuffer<T> memory;           ///< as RuleMemory::numbers(): the rule's buffers, one after the other
    std::vector<double> limits;        ///< [leaves]: largest output allowed of each leaf; 0: not known yet
    std::uint64_t steps = 0;           ///< optimizer steps taken
    std::uint64_t schedule_steps = 0;  ///< optimizer steps taken since the schedule began
    std::vector<Divergence> pruned;    ///< pruned features and copies, in the order of pruning
    DataPlace place{};                 ///< the place in the data that `fit` has reached
    /// What the network carries from chunk to chunk at that place, laid out as CarriedState::numbers(). Set
    /// only if a fit on streams was stopped within an epoch.
    AlignedBuffer<T> carried{};
};

}  // namespace alrao
