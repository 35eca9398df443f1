#pragma once

#include <alrao/model/posterior.hpp>
#include <alrao/train/history.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace alrao {

/// Before something that may take seconds and comes before the first step. For objects with a member
/// `preparing`; what it returns counts for nothing.
struct Preparing {
    std::string_view what;    ///< such as "looking at the data"
    std::size_t samples = 0;  ///< of the training data
};

/// Before the first step: nothing has changed yet, and a callback that throws refuses the fit.
struct FitBegin {
    Task task = Task::classification;  ///< what the network's last layer learns
    std::size_t samples = 0;           ///< of the training data; tokens, if those are streams
    std::size_t epochs = 0;            ///< asked for
    std::size_t steps = 0;             ///< of a whole epoch
    bool has_validation = false;       ///< whether epochs have scores on validation data
    std::size_t copies = 1;            ///< of the head
    History& history;                  ///< messages may be added
    /// Of this fit in all; fewer than epochs x steps where it goes on within an epoch.
    std::uint64_t fit_steps = 0;
    std::uint64_t steps_before = 0;  ///< taken by the optimizer before; 0: it is a new one
    std::size_t features = 0;        ///< of the trunk: what has a rate of its own under Alrao
};

/// After a step, its update included. What it refers to lives as long as the call.
struct StepEnd {
    std::size_t epoch = 1;   ///< in this fit, from 1
    std::size_t epochs = 1;  ///< asked for
    std::size_t step = 1;    ///< of this epoch in this fit, from 1
    /// Of this epoch in this fit: all, or what was left of one that an earlier fit was stopped in.
    std::size_t steps = 1;
    std::uint64_t total_steps = 0;       ///< taken by the optimizer so far, earlier fits included
    const Evaluation& so_far;            ///< of these steps of the epoch, each batch before its update
    const Evaluation& batch;             ///< of this batch, before the update
    std::size_t quarantined = 0;         ///< features and copies pruned in this epoch so far
    double seconds = 0;                  ///< since the fit began
    const Posterior& posterior;          ///< weights of the head's copies
    std::span<const double> copy_rates;  ///< their learning rates, without the schedule
};

/// After an epoch and its validation; the record is in the history already.
struct EpochEnd {
    const Epoch& record;         ///< of the epoch, or of the part that this fit learned from
    std::size_t epochs = 1;      ///< asked for
    double seconds = 0;          ///< since the fit began
    const Posterior& posterior;  ///< weights of the head's copies
    History& history;            ///< messages may be added
};

/// When all is done, unless something threw.
struct FitEnd {
    History& history;  ///< all of it; messages may be added
};

}  // namespace alrao
