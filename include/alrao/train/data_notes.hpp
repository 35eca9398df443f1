#pragma once

#include <alrao/tensor/message.hpp>
#include <alrao/train/column_moments.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/evaluation.hpp>
#include <alrao/train/fitted_columns.hpp>
#include <alrao/train/fitted_statistics.hpp>
#include <alrao/train/task.hpp>

#include <algorithm>
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

/// Columns that a note is about.
class ColumnList {
public:
    void add(std::size_t column) {
        if (count_ < shown_most) shown_[count_] = column;
        ++count_;
    }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::size_t first() const { return shown_[0]; }
    [[nodiscard]] bool several() const { return count_ > 1; }

    /// "input column 3", or "input columns 3, 7, 9 and 12 more".
    [[nodiscard]] std::string text(std::string_view what) const {
        std::string text = message_of({what, several() ? "s " : " "});
        for (std::size_t i = 0; i < std::min(count_, shown_most); ++i)
            text += message_of({i == 0 ? "" : i + 1 == count_ ? " and " : ", ", shown_[i]});
        return count_ > shown_most ? message_of({text, " and ", count_ - shown_most, " more"})
                                   : text;
    }

private:
    static constexpr std::size_t shown_most = 3;
    std::size_t shown_[shown_most] = {}, count_ = 0;
};

[[nodiscard]] inline double largest_reach(const ColumnRanges& ranges) {
    double largest = 0;
    for (std::size_t c = 0; c < ranges.columns(); ++c) largest = std::max(largest, ranges.reach(c));
    return largest;
}
[[nodiscard]] inline double largest_spread(const ColumnRanges& ranges) {
    double largest = 0;
    for (std::size_t c = 0; c < ranges.columns(); ++c)
        largest = std::max(largest, ranges.spread(c));
    return largest;
}

/// Which columns standardisation takes for constant, and which are nearly so.
/// @param becomes what is told of constant columns, of one and of several
template <class T>
[[gnu::cold]] void note_constant(const FittedColumns& fitted, std::string_view what,
                                 std::string_view one_becomes, std::string_view several_become,
                                 Notes& notes) {
    ColumnList none, rounding, coarse;
    for (std::size_t c = 0; c < fitted.columns(); ++c) {
        const Spread spread = fitted.spread<T>(c);
        if (spread == Spread::none) none.add(c);
        if (spread == Spread::rounding) rounding.add(c);
        if (spread == Spread::coarse) coarse.add(c);
    }
    constexpr bool is_float = sizeof(T) == 4;
    const auto note_close = [&](const ColumnList& columns, std::string_view how) {
        if (columns.empty()) return;
        const std::size_t c = columns.first();
        const double mean = fitted.data.mean[c];
        notes.push_back(message_of(
            {columns.text(what), columns.several() ? " are " : " is ", how, " the rounding of ",
             is_float ? "float" : "double", " (column ", c, ": deviation ",
             short_text(fitted.data.deviation[c]), ", mean ", short_text(mean), ", rounding ",
             short_text(rounding_at<T>(mean)), "); subtract the mean ",
             is_float ? "before the numbers become float, or take a Model<double>"
                      : "where the numbers come from"}));
    };
    if (none.several())
        notes.push_back(message_of({none.text(what), " are constant: ", several_become}));
    else if (!none.empty())
        notes.push_back(
            message_of({none.text(what), " is constant (",
                        short_text(fitted.data.mean[none.first()]), "): ", one_becomes}));
    note_close(rounding, "taken for constant: numbers vary by no more than");
    note_close(coarse, "nearly constant: numbers vary by few units of");
}

/// Inputs that no Normalize standardises.
[[gnu::cold]] inline void note_scale(const ColumnRanges& inputs, std::string_view what,
                                     Notes& notes) {
    const double reach = largest_reach(inputs), spread = largest_spread(inputs);
    constexpr const char* remedy = ": normalise them (see Normalize)";
    ColumnList lost;
    double most = 0;
    for (std::size_t c = 0; c < inputs.columns(); ++c) {
        if (inputs.constant(c) || inputs.spread(c) > lost_input) continue;
        lost.add(c);
        most = std::max(most, inputs.spread(c));
    }
    if (spread > small_input && !lost.empty()) {
        const bool large = reach > large_input;
        notes.push_back(message_of({large ? "inputs reach " : "inputs vary by up to ",
                                    short_text(large ? reach : spread), ", but ", lost.text(what),
                                    lost.several() ? " vary" : " varies", " by only ",
                                    short_text(most), remedy}));
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
    for (std::size_t c = 0; c < ranges.columns(); ++c) {
        const auto middle = static_cast<double>(mean[c]), unit = static_cast<double>(deviation[c]);
        units.least[c] = (ranges.least[c] - middle) / unit;
        units.most[c] = (ranges.most[c] - middle) / unit;
    }
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
    else if (statistics.inputs.columns() == 0)
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
        if (statistics.targets.columns() == 0 && !deviation.empty())
            note_misfit(
                standardized(targets, detail::statistic(net, head, "target_mean"), deviation),
                "targets", "the head (see standardize_targets_by)", notes);
        note_constant<T>(statistics.targets, "target", "there is nothing to learn about it",
                         "there is nothing to learn about them", notes);
    }
    return statistics;
}

}  // namespace alrao::detail
