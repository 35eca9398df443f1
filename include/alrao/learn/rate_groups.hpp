#pragma once

namespace alrao {

/// Which parameters share one random rate.
enum class RateGroups : unsigned char {
    per_feature,  ///< all that compute one feature (Alrao, section 3): a unit, a filter, an LSTM
                  ///< unit
    official,     ///< as the authors' code: each LSTM gate row, and scale apart from shift
    per_weight,   ///< one each: the counter-hypothesis of Alrao's experiments
};

}  // namespace alrao
