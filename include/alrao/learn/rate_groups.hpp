#pragma once

namespace alrao {

/// Which parameters share one random rate.
enum class RateGroups : unsigned char {
    per_feature,  ///< parameters of one feature: a unit, a filter, an LSTM unit (Alrao, section 3)
    official,     ///< as in the authors' program: gates of an LSTM unit, scale, and shift have separate rates
    per_weight,   ///< each parameter has its own rate, for comparison as in Alrao's experiments
};

}  // namespace alrao
