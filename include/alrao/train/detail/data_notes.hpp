#pragma once

#include <alrao/tensor/message.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/detail/column_moments.hpp>
#include <alrao/train/detail/column_notes.hpp>
#include <alrao/train/detail/fitted_columns.hpp>
#include <alrao/train/detail/fitted_statistics.hpp>
#include <alrao/train/evaluation.hpp>
#include <alrao/train/task.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace alrao::detail {

/// Inputs should have magnitudes near 1. If the largest magnitude is above `large_input` or not above
/// `small_input`, networks learn little or nothing.
inline constexpr double large_input = 16, small_input = 0.1;
/// A column varies by its spread, half the width of its range. One that varies by no more than `lost_input`
/// has little influence beside columns that vary by 1. One that varies by no more than `small_input` also has
/// little influence if another column varies more than `lost_share` times as much.
inline constexpr double lost_input = 0.01, lost_share = 16;
/// If the middle of a column is farther from 0 than this factor times its spread, the variation of the column
/// has little influence.
inline constexpr double far_from_zero = 4;
/// Ratios of the largest numbers of two data sets, beyond which a note states that they may be scaled differently.
inline constexpr double other_scale = 16, smaller_scale = 1.0 / 200;

[[nodiscard]] inline double largest_reach(const ColumnRanges& ranges) {
    double largest = 0;
    for (std::size_t c = 0; c < ranges.columns(); ++c) largest = std::max(largest, ranges.reach(c));
    return largest;
}
[[nodiscard]] inline double largest_spread(const ColumnRanges& ranges) {
    double largest = 0;
    for (std::size_t c = 0; c < ranges.columns(); ++c) largest = std::max(largest, ranges.spread(c));
    return largest;
}

/// Adds a note on the scale of inputs of a network without Normalize.
[[gnu::cold]] inline void note_scale(const ColumnRanges& inputs, const TypicalRanges& most_numbers,
                                     std::string_view what, Notes& notes) {
    const ColumnRanges& typical = most_numbers.ranges;
    const double reach = largest_reach(inputs), spread = largest_spread(typical);
    constexpr const char* remedy = ": normalise them (see Normalize)";
    ColumnList lost, apart;
    double most = 0;
    for (std::size_t c = 0; c < inputs.columns(); ++c) {
        const double varies = typical.spread(c);
        if (inputs.constant(c)) continue;
        if (std::abs(typical.least[c] / 2 + typical.most[c] / 2) > far_from_zero * varies) apart.add(c);
        const bool small_beside_others =
            !most_numbers.repeats[c] && varies <= small_input && lost_share * varies < spread;
        if (varies > lost_input && !small_beside_others) continue;
        lost.add(c);
        most = std::max(most, varies);
    }
    if (spread > small_input && !lost.empty()) {
        const bool large = reach > large_input;
        notes.push_back(message_of(
            {large ? "inputs reach " : "inputs vary by up to ", short_text(large ? reach : spread), ", but ",
             lost.text(what), lost.several() ? " vary" : " varies", " by only ", short_text(most), remedy}));
    } else if (reach > large_input) {
        notes.push_back(message_of({"inputs reach ", short_text(reach), remedy}));
    } else if (is_zero(largest_spread(inputs))) {
        notes.push_back(is_zero(reach) ? "all inputs are 0: nothing can be learned from them"
                                       : "inputs do not vary: nothing can be learned from them");
    } else if (reach <= small_input) {
        notes.push_back(
            message_of({"inputs reach only ", short_text(reach), ", too little to be learned from", remedy}));
    } else if (spread <= small_input) {
        notes.push_back(message_of(
            {"inputs vary by only ", short_text(spread), ", too little to be learned from", remedy}));
    } else if (!apart.empty()) {
        const std::size_t c = apart.first();
        notes.push_back(
            message_of({apart.text(what), apart.several() ? " vary" : " varies",
                        " little beside the mean (column ", c, ": by ", short_text(typical.spread(c)),
                        " around ", short_text(typical.least[c] / 2 + typical.most[c] / 2), ")", remedy}));
    }
}

/// Ranges after standardisation by constants that a model already has.
[[nodiscard]] inline ColumnRanges standardized(const ColumnRanges& ranges, auto mean, auto deviation) {
    ColumnRanges units = ranges;
    for (std::size_t c = 0; c < ranges.columns(); ++c) {
        const auto middle = static_cast<double>(mean[c]), unit = static_cast<double>(deviation[c]);
        units.least[c] = (ranges.least[c] - middle) / unit;
        units.most[c] = (ranges.most[c] - middle) / unit;
    }
    return units;
}

/// Adds a note if the constants of a model do not fit the data: after standardisation the numbers are very
/// large or vary little. The limit for large numbers is high, because a few extreme numbers are normal.
/// @param units ranges after standardisation by the constants
[[gnu::cold]] inline void note_misfit(const ColumnRanges& units, std::string_view what,
                                      std::string_view whose, Notes& notes) {
    constexpr double far_out = 256;
    const double reach = largest_reach(units), spread = largest_spread(units);
    const bool large = reach > far_out;
    if (large || (spread > 0 && spread <= lost_input))
        notes.push_back(message_of({"after standardisation by ", whose, ", ", what,
                                    large ? " reach " : " vary by only ", short_text(large ? reach : spread),
                                    ": check whether its mean and deviation were computed for these data"}));
}

/// Adds a note if the validation data seem to be scaled by another factor than the training data.
/// @param many whether there are enough validation samples for their largest number to be representative
[[gnu::cold]] inline void note_other_scale(const ColumnRanges& training, const ColumnRanges& validation,
                                           bool many, std::string_view what, Notes& notes) {
    const double here = largest_reach(training), there = largest_reach(validation);
    if (there > other_scale * here || (many && there < smaller_scale * here))
        notes.push_back(message_of({what, " of the validation data reach ", short_text(there),
                                    ", of the training data ", short_text(here), ": scale both alike"}));
}

/// Inspects all data before the first step: adds notes on scales that make learning difficult, and returns the
/// constants that the model will get. Changes nothing.
/// @throws ArgumentError as fit_statistics, for instance if a number is not finite
template <class Net>
[[nodiscard]] FittedStatistics look_at_data(Net& net, const Dataset<typename Net::scalar>& data,
                                            const Dataset<typename Net::scalar>* validation, Notes& notes) {
    const ColumnRanges inputs = input_ranges<Net>(data, "fit");
    const bool many = validation != nullptr && validation->size() >= 32;
    if (validation)
        note_other_scale(inputs, input_ranges<Net>(*validation, "fit: validation"), many, "inputs", notes);
    FittedStatistics statistics = detail::statistics_of(net, data, inputs);
    if constexpr (!has_normalize<Net>)
        note_scale(inputs, typical_ranges(input_columns<Net>(data), inputs), input_column<Net>, notes);
    else if (statistics.inputs.columns() == 0)
        note_misfit(
            standardized(inputs, detail::statistic(net, 0, "mean"), detail::statistic(net, 0, "deviation")),
            "inputs", "Normalize", notes);
    if constexpr (task_of<Net> == Task::regression) {
        constexpr std::size_t head = Net::network::node_count - 1;
        const ColumnRanges targets = target_ranges(data, "fit");
        if (validation)
            note_other_scale(targets, target_ranges(*validation, "fit: validation"), many, "targets", notes);
        const auto deviation = detail::statistic(net, head, "target_deviation");
        if (statistics.targets.columns() == 0 && !deviation.empty())
            note_misfit(standardized(targets, detail::statistic(net, head, "target_mean"), deviation),
                        "targets", "the head (see standardize_targets_by)", notes);
    }
    note_constants<Net>(statistics, notes);
    return statistics;
}

/// As look_at_data, for a source that is not in memory: inspects the scale of its first samples, and reads all
/// samples only for constants that the model needs.
template <class Net>
[[nodiscard]] FittedStatistics look_at_source(Net& net, const AnySource<typename Net::scalar>& source,
                                              Notes& notes) {
    using T = typename Net::scalar;
    if constexpr (!has_normalize<Net> && embedded_tokens<Net>() == 0) {
        constexpr std::size_t most_samples = 1024;
        const EpochSamples<T> samples(source, data_needs<Net>());
        const std::size_t size = samples.sample_size(), count = std::min(samples.size(), most_samples);
        std::vector<T> first(count * size);
        for (std::size_t i = 0; i < count; ++i) std::copy_n(samples.inputs(i), size, first.data() + i * size);
        const Columns columns{count, size, Net::network::input_shape.channels(),
                              [&](std::size_t i) { return first.data() + i * size; }};
        const ColumnRanges ranges = column_ranges(columns, [](std::size_t, std::size_t) {});
        note_scale(ranges, typical_ranges(columns, ranges), input_column<Net>, notes);
    }
    FittedStatistics statistics = statistics_of_source(net, source);
    note_constants<Net>(statistics, notes);
    return statistics;
}

}  // namespace alrao::detail
