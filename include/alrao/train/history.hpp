#pragma once

#include <alrao/train/evaluation.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace alrao {

/// One epoch of a fit, or the part of it that this fit learned from: a fit that is stopped within an
/// epoch has a record of what came before, the fit that goes on there has one of the rest.
struct Epoch {
    std::size_t number = 0;   ///< in this fit, from 1
    std::uint64_t steps = 0;  ///< taken by the optimizer so far, earlier fits included
    /// Of the batches as they came, each before its update; of a part of an epoch, of that part's.
    Evaluation training{};
    std::optional<Evaluation> validation{};  ///< after the last step; none without validation data
    double seconds = 0;                      ///< of this record, validation included
    std::size_t quarantined = 0;             ///< features and copies that diverged in it and were pruned
    std::vector<double> copy_weights{};      ///< of the head's copies, at its end
    std::size_t copies_lost = 0;             ///< copies of the head among `quarantined`
    std::uint64_t overall = 0;               ///< over all fits of the optimizer, from 1; both parts of an
                                             ///< epoch that was cut have the same
    /// The record is of samples `first` (from 0) to `last` (not included) in the epoch's order, which
    /// has `of`; of streams these are tokens.
    std::size_t first = 0, last = 0, of = 0;

    /// Whether it is of a part of an epoch: scores in training are then of that part alone.
    [[nodiscard]] bool partial() const { return first > 0 || last < of; }
};

/// What a fit was like: plain data, which `fit` returns and callbacks see as it grows.
struct History {
    std::vector<Epoch> epochs{};          ///< one for each epoch that was begun
    std::vector<std::string> messages{};  ///< notes for the user, such as inputs far from 1
    std::vector<double> copy_rates{};     ///< learning rates of the head's copies, without the schedule
    double seconds = 0;                   ///< in all, what came before the first step included
    bool stopped = false;                 ///< a callback ended it before its time
    std::size_t best_epoch = 0;           ///< whose weights were restored; 0: those of the last step
};

/// In one line: "epoch 3: loss 0.3421, accuracy 0.8790 (10000 samples); validation: loss 0.3512, ...".
inline std::ostream& operator<<(std::ostream& out, const Epoch& epoch) {
    out << "epoch " << epoch.number;
    if (epoch.partial())
        out << " (samples " << epoch.first << " to " << epoch.last << " of " << epoch.of << ')';
    out << ": " << epoch.training;
    if (epoch.validation) out << "; validation: " << *epoch.validation;
    if (epoch.quarantined > 0) out << "; " << epoch.quarantined << " pruned";
    return out;
}

/// In a few lines: how long it took, the epoch whose weights the model has, the notes. The last line
/// has no end. All epochs: `for (const Epoch& epoch : history.epochs) std::cout << epoch << '\n';`.
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
