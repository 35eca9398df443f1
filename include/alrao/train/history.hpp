#pragma once

#include <alrao/train/evaluation.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace alrao {

/// One epoch of a fit.
struct Epoch {
    std::size_t number = 0;                 ///< from 1
    std::uint64_t steps = 0;                ///< taken by the optimizer so far, earlier fits included
    Evaluation training{};                  ///< of the batches as they came: each before its update
    std::optional<Evaluation> validation{}; ///< after the epoch
    double seconds = 0;                     ///< of this epoch, validation included
    std::size_t quarantined = 0;            ///< features and copies that diverged in it and were pruned
    std::vector<double> copy_weights{};     ///< of the head's copies, at its end
};

/// What a fit was like.
struct History {
    std::vector<Epoch> epochs;
    std::vector<std::string> messages;      ///< notes for the user, such as inputs far from 1
    std::vector<double> copy_rates;         ///< learning rates of the head's copies
    double seconds = 0;                     ///< in all
    bool stopped = false;                   ///< a callback ended it before its time
    std::size_t best_epoch = 0;             ///< whose weights were restored; 0: those of the last step
};

}  // namespace alrao
