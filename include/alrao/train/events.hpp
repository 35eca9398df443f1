#pragma once

#include <alrao/model/posterior.hpp>
#include <alrao/train/history.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace alrao {

/// Before the first step.
struct FitBegin {
    Task task = Task::classification;
    std::size_t samples = 0, epochs = 0;
    std::size_t steps = 0;                  ///< of an epoch
    bool has_validation = false;
    std::size_t copies = 1;
    History& history;                       ///< messages may be added
};

/// After a step, its update included. What it refers to lives as long as the call.
struct StepEnd {
    std::size_t epoch = 1, epochs = 1;      ///< from 1
    std::size_t step = 1, steps = 1;        ///< of this epoch, from 1
    std::uint64_t total_steps = 0;          ///< taken by the optimizer so far
    const Evaluation& so_far;               ///< of this epoch, each batch before its update
    const Evaluation& batch;                ///< of this batch, before the update
    std::size_t quarantined = 0;            ///< features and copies pruned in this epoch so far
    double seconds = 0;                     ///< since the fit began
    const Posterior& posterior;
    std::span<const double> copy_rates;
};

/// After an epoch and its validation; the record is in the history already.
struct EpochEnd {
    const Epoch& record;
    std::size_t epochs = 1;
    double seconds = 0;                     ///< since the fit began
    const Posterior& posterior;
    History& history;                       ///< messages may be added
};

/// When all is done, unless something threw.
struct FitEnd {
    History& history;
};

}  // namespace alrao
