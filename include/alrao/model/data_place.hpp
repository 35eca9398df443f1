#pragma once

#include <cstdint>

namespace alrao {

/// What decides the order in which the samples of an epoch come.
struct SampleOrder {
    std::uint64_t samples = 0;  ///< of an epoch; 0: of none
    std::uint64_t streams = 0;  ///< read side by side; 0: single samples
    std::uint64_t seed = 0;     ///< of the order; 0 where samples are not shuffled
    bool shuffled = false;

    friend bool operator==(const SampleOrder&, const SampleOrder&) = default;
};

/// How far training has come in its data: `fit` goes on from here. It counts samples, not steps, so
/// that the size of batches may change. Plain data: an optimizer and a model each keep one, and both
/// are saved with them.
struct DataPlace {
    std::uint64_t epoch = 0;    ///< epochs that are behind: the number of the next order
    std::uint64_t samples = 0;  ///< seen of an epoch that was begun and not finished; 0: none was
    SampleOrder order{};        ///< of the last epoch; its samples are 0 if no fit has begun
    /// Steps that other optimizers have taken on the model before: random numbers, such as
    /// Dropout's, go on behind theirs.
    std::uint64_t earlier_steps = 0;

    /// Whether a fit has been here.
    [[nodiscard]] bool known() const { return order.samples > 0; }

    /// After so many samples of this epoch. Behind the last one the next epoch begins.
    void go_to(std::uint64_t seen) {
        samples = seen;
        if (samples >= order.samples) leave_epoch();
    }
    /// The next fit begins a new epoch, whatever is left of one that was begun.
    void leave_epoch() {
        if (samples > 0) ++epoch;
        samples = 0;
    }

    friend bool operator==(const DataPlace&, const DataPlace&) = default;
};

}  // namespace alrao
