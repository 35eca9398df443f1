#pragma once

#include <alrao/tensor/message.hpp>
#include <alrao/train/column_moments.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/evaluation.hpp>
#include <alrao/train/fitted_columns.hpp>
#include <alrao/train/fitted_statistics.hpp>
#include <alrao/train/task.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace alrao::detail {

/// Notes for History::messages about the scale of data. At most one of each kind, however many
/// columns there are.
using Notes = std::vector<std::string>;

/// Inputs are best near 1. Beyond these bounds a network of this library learns little or nothing.
inline constexpr double large_input = 16, small_input = 0.1;
/// A column that varies by no more than this is lost beside others that vary by 1.
inline constexpr double lost_input = 0.01;
/// How far the numbers of two data sets may differ before they look scaled by different factors.
inline constexpr double other_scale = 16, smaller_scale = 1.0 / 200;

/// "input column 3", or "input columns 3, 7, 9 and 12 more".
[[nodiscard]] inline std::string columns_text(std::string_view what,
                                              const std::vector<std::size_t>& columns) {
    constexpr std::size_t shown_most = 3;
    const std::size_t shown = std::min(shown_most, columns.size());
    std::string text = message_of({what, columns.size() == 1 ? " " : "s "});
    for (std::size_t i = 0; i < shown; ++i) {
        const bool last = i + 1 == columns.size();
        text += message_of({i == 0 ? "" : last ? " and " : ", ", columns[i]});
    }
    if (columns.size() > shown) text += message_of({" and ", columns.size() - shown, " more"});
    return text;
}

/// The columns for which belongs(c).
template <class Belongs>
[[nodiscard]] std::vector<std::size_t> columns_where(std::size_t count, Belongs belongs) {
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < count; ++c)
        if (belongs(c)) columns.push_back(c);
    return columns;
}

/// The largest of of(c) over all columns.
template <class Of>
[[nodiscard]] double largest_of(const ColumnRanges& ranges, Of of) {
    double largest = 0;
    for (std::size_t c = 0; c < ranges.columns(); ++c) largest = std::max(largest, of(c));
    return largest;
}
[[nodiscard]] inline double largest_reach(const ColumnRanges& ranges) {
    return largest_of(ranges, [&](std::size_t c) { return ranges.reach(c); });
}
[[nodiscard]] inline double largest_spread(const ColumnRanges& ranges) {
    return largest_of(ranges, [&](std::size_t c) { return ranges.spread(c); });
}

/// Which columns standardisation takes for constant, and which are nearly so.
/// @param becomes what is told of constant columns, of one and of several
template <class T>
[[gnu::cold]] void note_constant(const FittedColumns& fitted, std::string_view what,
                                 std::string_view one_becomes, std::string_view several_become,
                                 Notes& notes) {
    const char* const type = sizeof(T) == 4 ? "float" : "double";
    const char* const remedy = sizeof(T) == 4
                                   ? "subtract the mean before the numbers become float, or take a "
                                     "Model<double>"
                                   : "subtract the mean where the numbers come from";
    const auto with = [&](Spread spread) {
        return columns_where(fitted.spread.size(),
                             [&](std::size_t c) { return fitted.spread[c] == spread; });
    };
    const auto mean = [&](std::size_t c) { return fitted.constants.mean[c]; };
    const auto measured = [&](std::size_t c) {
        return message_of({" (column ", c, ": deviation ", short_text(fitted.deviation[c]),
                           ", mean ", short_text(mean(c)), ", rounding ",
                           short_text(rounding_at<T>(mean(c))), ")"});
    };
    if (const auto columns = with(Spread::none); columns.size() == 1)
        notes.push_back(message_of({columns_text(what, columns), " is constant (",
                                    short_text(mean(columns[0])), "): ", one_becomes}));
    else if (columns.size() > 1)
        notes.push_back(
            message_of({columns_text(what, columns), " are constant: ", several_become}));
    if (const auto columns = with(Spread::rounding); !columns.empty())
        notes.push_back(
            message_of({columns_text(what, columns), columns.size() == 1 ? " is" : " are",
                        " taken for constant: numbers vary by no more than the rounding of ", type,
                        measured(columns[0]), "; ", remedy}));
    if (const auto columns = with(Spread::coarse); !columns.empty())
        notes.push_back(
            message_of({columns_text(what, columns), columns.size() == 1 ? " is" : " are",
                        " nearly constant: numbers vary by few units of the rounding of ", type,
                        measured(columns[0]), "; ", remedy}));
}

/// Inputs that no Normalize standardises.
[[gnu::cold]] inline void note_scale(const ColumnRanges& inputs, std::string_view what,
                                     Notes& notes) {
    const double reach = largest_reach(inputs), spread = largest_spread(inputs);
    constexpr const char* remedy = ": normalise them (see Normalize)";
    const auto lost = columns_where(inputs.columns(), [&](std::size_t c) {
        return !inputs.constant(c) && inputs.spread(c) <= lost_input;
    });
    if (spread > small_input && !lost.empty()) {
        double most = 0;
        for (const std::size_t c : lost) most = std::max(most, inputs.spread(c));
        notes.push_back(message_of(
            {reach > large_input ? "inputs reach " : "inputs vary by up to ",
             short_text(reach > large_input ? reach : spread), ", but ", columns_text(what, lost),
             lost.size() == 1 ? " varies" : " vary", " by only ", short_text(most), remedy}));
    } else if (reach > large_input) {
        notes.push_back(message_of({"inputs reach ", short_text(reach), remedy}));
    } else if (spread == 0) {
        notes.push_back(reach == 0 ? "all inputs are 0: nothing can be learned from them"
                                   : "inputs do not vary: nothing can be learned from them");
    } else if (reach <= small_input) {
        notes.push_back(message_of(
            {"inputs reach only ", short_text(reach), ", too little to be learned from", remedy}));
    } else if (spread <= small_input) {
        notes.push_back(message_of({"inputs vary by only ", short_text(spread),
                                    ", too little to be learned from", remedy}));
    }
}

/// Numbers in the units of constants that were given, or taken from other data.
[[nodiscard]] inline ColumnRanges standardized(const ColumnRanges& ranges, auto mean,
                                               auto deviation) {
    ColumnRanges units = ranges;
    for (std::size_t c = 0; c < ranges.columns(); ++c)
        for (double* each : {&units.least[c], &units.most[c]})
            *each = (*each - static_cast<double>(mean[c])) / static_cast<double>(deviation[c]);
    return units;
}

/// Constants that a model has already, and data that they do not fit. Numbers far out may be rare,
/// so that the bound above is a wide one.
[[gnu::cold]] inline void note_misfit(const ColumnRanges& units, std::string_view what,
                                      std::string_view whose, Notes& notes) {
    constexpr double far_out = 256;
    const double reach = largest_reach(units), spread = largest_spread(units);
    const bool large = reach > far_out;
    if (large || (spread > 0 && spread <= lost_input))
        notes.push_back(message_of({what, large ? " reach " : " vary by only ",
                                    short_text(large ? reach : spread), " deviations of ", whose,
                                    ": are its constants those of these data?"}));
}

/// Validation data that seem to be scaled by another factor than what is learned from.
/// @param many whether there are enough of them for their largest number to say something
[[gnu::cold]] inline void note_other_scale(const ColumnRanges& training,
                                           const ColumnRanges& validation, bool many,
                                           std::string_view what, Notes& notes) {
    const double here = largest_reach(training), there = largest_reach(validation);
    if (there > other_scale * here || (many && there < smaller_scale * here))
        notes.push_back(
            message_of({what, " of the validation data reach ", short_text(there),
                        ", those to learn from ", short_text(here), ": scale both alike"}));
}

/// Looks at all numbers before the first step: refuses those that are not finite, notes those that
/// can hardly be learned from, and gives the constants that the model will take. Changes nothing.
/// @throws ArgumentError as fit_statistics
template <class Net>
[[nodiscard]] FittedStatistics look_at_data(Net& net, const Dataset<typename Net::scalar>& data,
                                            const Dataset<typename Net::scalar>* validation,
                                            Notes& notes) {
    using T = typename Net::scalar;
    constexpr bool flat = Net::network::input_shape.pixels() == 1;
    constexpr const char* column = flat ? "input column" : "input channel";
    const ColumnRanges inputs = input_ranges<Net>(data, "fit");
    const bool many = validation != nullptr && validation->size() >= 32;
    if (validation)
        note_other_scale(inputs, input_ranges<Net>(*validation, "fit: validation"), many, "inputs",
                         notes);
    FittedStatistics statistics = detail::statistics_of(net, data, inputs);
    if constexpr (!has_normalize<Net>)
        note_scale(inputs, column, notes);
    else if (statistics.inputs.spread.empty())
        note_misfit(standardized(inputs, detail::statistic(net, 0, "mean"),
                                 detail::statistic(net, 0, "deviation")),
                    "inputs", "Normalize", notes);
    note_constant<T>(statistics.inputs, column, "Normalize makes it 0", "Normalize makes them 0",
                     notes);
    if constexpr (task_of<Net> == Task::regression) {
        constexpr std::size_t head = Net::network::node_count - 1;
        const ColumnRanges targets = target_ranges(data, "fit");
        if (validation)
            note_other_scale(targets, target_ranges(*validation, "fit: validation"), many,
                             "targets", notes);
        const auto deviation = detail::statistic(net, head, "target_deviation");
        if (statistics.targets.spread.empty() && !deviation.empty())
            note_misfit(
                standardized(targets, detail::statistic(net, head, "target_mean"), deviation),
                "targets", "the head (see standardize_targets_by)", notes);
        note_constant<T>(statistics.targets, "target", "there is nothing to learn about it",
                         "there is nothing to learn about them", notes);
    }
    return statistics;
}

}  // namespace alrao::detail
