#pragma once

#include <alrao/learn/divergence.hpp>
#include <alrao/model/data_place.hpp>
#include <alrao/tensor/memory.hpp>

#include <cstdint>
#include <vector>

namespace alrao {

/// All that an optimizer remembers from step to step; plain data, to be copied and saved.
template <class T>
struct OptimizerState {
    AlignedBuffer<T> rates;            ///< as lay_out places them; without the schedule; 0: pruned
    AlignedBuffer<T> memory;           ///< the rule's buffers, one after the other, each like the parameters
    std::vector<double> limits;        ///< [leaves of the network]: largest output allowed; 0: not known yet
    std::uint64_t steps = 0;           ///< taken
    std::uint64_t schedule_steps = 0;  ///< taken since the schedule began
    std::vector<Divergence> pruned;    ///< what was pruned, in order
    DataPlace place{};                 ///< in the data, as `fit` left it
    /// What the network carried at that place, as CarriedState has it: of a fit on streams that was
    /// stopped within an epoch.
    AlignedBuffer<T> carried{};
};

}  // namespace alrao
