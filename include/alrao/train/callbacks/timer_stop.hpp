#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/train/events.hpp>

namespace alrao {

/// Ends a fit after so many seconds, at the end of the step that crosses them. The epoch that was begun
/// is recorded with the samples that it saw (Epoch::partial), validation included; the next fit goes
/// on behind them.
struct TimerStop {
    double seconds;

    /// @throws ArgumentError on a time that is negative or no number
    void fit_begin(const FitBegin&) const {
        if (!is_finite(seconds) || seconds < 0)
            fail({"alrao: TimerStop needs 0 seconds or more, got ", seconds});
    }
    bool step_end(const StepEnd& event) const { return event.seconds >= seconds; }
};

}  // namespace alrao
