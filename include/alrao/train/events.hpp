#pragma once

#include <alrao/model/posterior.hpp>
#include <alrao/train/history.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace alrao {

/// Event before preparatory work that may take seconds, such as checking the data. It occurs several times
/// before the first step. Only objects with a member `preparing` receive it; the result of the call is
/// ignored.
struct Preparing {
    std::string_view what;    ///< a text such as "looking at the data"
    std::size_t samples = 0;  ///< number of training samples
};

/// Event before the first step. Nothing has changed yet; if a callback throws, model and optimizer are unchanged.
struct FitBegin {
    Task task = Task::classification;  ///< task of the last layer of the network
    std::size_t samples = 0;           ///< number of training samples; of streams: tokens
    std::size_t epochs = 0;            ///< FitOptions::epochs
    std::size_t steps = 0;             ///< steps of a whole epoch
    bool has_validation = false;       ///< whether epochs are evaluated on validation data
    std::size_t copies = 1;            ///< number of copies of the head
    History& history;                  ///< messages may be added
    /// Steps of this fit in all; fewer than epochs x steps if it continues within an epoch.
    std::uint64_t fit_steps = 0;
    std::uint64_t steps_before = 0;  ///< steps that the optimizer took before this fit; 0: it is new
    std::size_t features = 0;        ///< features of the trunk, each of which has a rate in AlraoOptimizer
};

/// Event after a step, including its update. References are valid during the call only.
struct StepEnd {
    std::size_t epoch = 1;   ///< number of the epoch in this fit, from 1
    std::size_t epochs = 1;  ///< FitOptions::epochs
    std::size_t step = 1;    ///< number of the step in this epoch of this fit, from 1
    /// Steps of this epoch in this fit: all, or the remaining ones of an epoch in which an earlier fit was stopped.
    std::size_t steps = 1;
    std::uint64_t total_steps = 0;       ///< steps taken by the optimizer, including earlier fits
    const Evaluation& so_far;            ///< evaluation of the epoch's batches so far, before their updates
    const Evaluation& batch;             ///< evaluation of this batch, before the update
    std::size_t quarantined = 0;         ///< features and copies pruned in this epoch so far
    double seconds = 0;                  ///< time since the beginning of the fit
    const Posterior& posterior;          ///< weights of the copies of the head
    std::span<const double> copy_rates;  ///< [copies]: their learning rates, without the schedule
};

/// Event after an epoch and its validation. The history already contains the record.
struct EpochEnd {
    const Epoch& record;         ///< record of the epoch, or of the part of it that this fit has trained
    std::size_t epochs = 1;      ///< FitOptions::epochs
    double seconds = 0;          ///< time since the beginning of the fit
    const Posterior& posterior;  ///< weights of the copies of the head
    History& history;            ///< messages may be added
};

/// Event at the end of a fit. It is not sent if an exception ended the fit.
struct FitEnd {
    History& history;  ///< the complete history; messages may be added
};

}  // namespace alrao
