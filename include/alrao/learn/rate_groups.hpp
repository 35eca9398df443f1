#pragma once

namespace alrao {

/// Which parameters share one random rate.
enum class RateGroups : unsigned char {
    per_feature,  ///< all that compute one feature: a unit, a filter, an LSTM unit (Alrao, section 3)
    official,     ///< as in the authors' program: each gate of an LSTM unit, and scale and shift, separately
    per_weight,   ///< none: each parameter has a rate of its own, as a control in Alrao's experiments
};

}  // namespace alrao
