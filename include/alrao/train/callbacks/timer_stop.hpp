#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/train/events.hpp>

namespace alrao {

/// Callback that ends a fit after the first step that ends `seconds` or more after the beginning of the fit.
/// The incomplete epoch is recorded with the samples that were trained (Epoch::partial), and validated; the
/// next fit continues after these samples.
struct TimerStop {
    double seconds;  ///< time since the beginning of the fit, 0 or more

    /// @throws ArgumentError on a time that is negative or not finite
    void fit_begin(const FitBegin&) const {
        if (!is_finite(seconds) || seconds < 0)
            fail({"alrao: TimerStop needs 0 seconds or more, got ", seconds});
    }
    bool step_end(const StepEnd& event) const { return event.seconds >= seconds; }
};

}  // namespace alrao
