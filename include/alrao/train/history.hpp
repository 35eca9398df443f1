#pragma once

#include <alrao/train/evaluation.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace alrao {

/// Record of one epoch of a fit, or of a part of it: if a fit is stopped within an epoch, its record describes the
/// part before, and the record of the next fit the rest.
struct Epoch {
    std::size_t number = 0;   ///< number of the epoch in this fit, from 1
    std::uint64_t steps = 0;  ///< steps of the optimizer up to the end of this record, in all its fits
    /// Mean over the training batches of this record, each evaluated before its update.
    Evaluation training{};
    std::optional<Evaluation> validation{};  ///< on validation data, after the last step; nullopt without
    double seconds = 0;                      ///< duration of this record, including validation
    std::size_t quarantined = 0;             ///< number of features and copies that diverged and were pruned
    std::vector<double> copy_weights{};      ///< [copies]: weights of the copies after the last step
    std::size_t copies_lost = 0;             ///< number of copies of the head among `quarantined`
    std::uint64_t overall = 0;  ///< number of the epoch over all fits of the optimizer, from 1; equal
                                ///< for both parts of an interrupted epoch
    /// The record describes samples `first` (from 0) to `last` (excluded) of the `of` samples in the order of the
    /// epoch; in streams these are tokens.
    std::size_t first = 0, last = 0, of = 0;

    /// Whether the record describes a part of an epoch; `training` then refers to this part only.
    [[nodiscard]] bool partial() const { return first > 0 || last < of; }
};

/// The course of a fit, as plain data. `fit` returns it, and passes it to callbacks while it grows.
struct History {
    std::vector<Epoch> epochs{};          ///< one record for each epoch, or part of an epoch
    std::vector<std::string> messages{};  ///< notes for the user, for instance on large or small inputs
    std::vector<double>
        copy_rates{};      ///< [copies]: learning rates of the copies, without the schedule; if measured,
                           ///< those at the end of the last epoch
    double seconds = 0;    ///< duration of the fit, including the work before the first step
    bool stopped = false;  ///< whether a callback ended the fit early
    std::size_t best_epoch = 0;  ///< number of the epoch whose weights were restored; 0: none were
};

/// Prints one line: "epoch 3: loss 0.3421, accuracy 0.8790 (10000 samples); validation: loss 0.3512, ...".
inline std::ostream& operator<<(std::ostream& out, const Epoch& epoch) {
    out << "epoch " << epoch.number;
    if (epoch.partial())
        out << " (samples " << epoch.first << " to " << epoch.last << " of " << epoch.of << ')';
    out << ": " << epoch.training;
    if (epoch.validation) out << "; validation: " << *epoch.validation;
    if (epoch.quarantined > 0) out << "; " << epoch.quarantined << " pruned";
    return out;
}

/// Prints a few lines: the duration, the epoch whose weights the model has, the notes. No newline follows the last
/// line. To print all epochs: `for (const Epoch& epoch : history.epochs) std::cout << epoch << '\n';`.
inline std::ostream& operator<<(std::ostream& out, const History& history) {
    const std::size_t count = history.epochs.size();
    out << count << (count == 1 ? " epoch" : " epochs") << " in " << short_text(history.seconds) << " s"
        << (history.stopped ? ", stopped" : "");
    if (count > 0) {
        const bool best = history.best_epoch > 0 && history.best_epoch <= count;
        out << '\n' << (best ? history.epochs[history.best_epoch - 1] : history.epochs.back());
    }
    for (const std::string& message : history.messages) out << "\nnote: " << message;
    return out;
}

}  // namespace alrao
