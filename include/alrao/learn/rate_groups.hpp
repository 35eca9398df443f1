#pragma once

namespace alrao {

/// Which parameters share one random rate.
enum class RateGroups : unsigned char {
    /// Parameters of one feature: a unit, a filter, an LSTM unit (Alrao paper, arXiv 1810.01322, section 3).
    per_feature,
    /// As in the program of the authors of the Alrao paper: each gate of an LSTM unit has its own rate, and
    /// so have scale and shift of a normalization layer.
    official,
    /// Each parameter has its own rate, for comparison as in the experiments of the Alrao paper.
    per_weight,
};

}  // namespace alrao
