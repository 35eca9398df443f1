#pragma once

#include <cstdint>

namespace alrao {

/// Everything that determines the order of the samples in an epoch.
struct SampleOrder {
    std::uint64_t samples = 0;  ///< number of samples in an epoch; 0: not set
    std::uint64_t streams = 0;  ///< number of parallel streams; 0 if the data are independent samples
    std::uint64_t seed = 0;     ///< seed of the order; 0 if samples are not shuffled
    bool shuffled = false;      ///< whether samples are shuffled

    friend bool operator==(const SampleOrder&, const SampleOrder&) = default;
};

/// Position of training in its data, from which `fit` continues. It counts samples instead of optimizer
/// steps, so that the batch size may change. Optimizer and model each have one and save it.
struct DataPlace {
    std::uint64_t epoch = 0;    ///< number of epochs that have ended, including those left unfinished
    std::uint64_t samples = 0;  ///< number of samples seen in the unfinished epoch; 0: no unfinished epoch
    SampleOrder order{};        ///< order of the last epoch; order.samples is 0 before the first fit
    /// In an optimizer: number of steps that earlier optimizers have taken on the model, so that no random
    /// numbers, such as those of Dropout, are repeated. In a model: number of all steps taken on it.
    std::uint64_t earlier_steps = 0;

    /// Whether a fit has set this position.
    [[nodiscard]] bool known() const { return order.samples > 0; }

    /// Sets the position after the first `seen` samples of the current epoch. After the last sample the
    /// epoch ends.
    void go_to(std::uint64_t seen) {
        samples = seen;
        if (samples >= order.samples) leave_epoch();
    }
    /// Leaves an unfinished epoch, if there is one: the next fit begins a new epoch.
    void leave_epoch() {
        if (samples > 0) ++epoch;
        samples = 0;
    }

    friend bool operator==(const DataPlace&, const DataPlace&) = default;
};

}  // namespace alrao
