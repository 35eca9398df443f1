#pragma once

#include <alrao/tensor/message.hpp>
#include <alrao/train/detail/fitted_columns.hpp>
#include <alrao/train/evaluation.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace alrao::detail {

/// Notes for History::messages about the scale of data, at most one of each kind.
using Notes = std::vector<std::string>;

/// The columns to which a note refers.
class ColumnList {
public:
    void add(std::size_t column) {
        if (count_ < shown_most) shown_[count_] = column;
        ++count_;
    }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::size_t first() const { return shown_[0]; }
    [[nodiscard]] bool several() const { return count_ > 1; }

    /// Up to three columns by number: "input column 3", or "input columns 3, 7, 9 and 12 more" of 15 columns.
    [[nodiscard]] std::string text(std::string_view what) const {
        std::string text = message_of({what, several() ? "s " : " "});
        for (std::size_t i = 0; i < std::min(count_, shown_most); ++i)
            text += message_of({i == 0 ? "" : i + 1 == count_ ? " and " : ", ", shown_[i]});
        return count_ > shown_most ? message_of({text, " and ", count_ - shown_most, " more"}) : text;
    }

private:
    static constexpr std::size_t shown_most = 3;
    std::size_t shown_[shown_most] = {}, count_ = 0;
};

/// Adds notes on columns that standardisation treats as constant, and on columns that are nearly constant.
/// @param what name of a column, such as "input column"
/// @param one_becomes end of the note on one constant column; `several_become`: on several
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
        notes.push_back(
            message_of({columns.text(what), columns.several() ? " are " : " is ", how, " the rounding of ",
                        is_float ? "float" : "double", " (column ", c, ": deviation ",
                        short_text(fitted.data.deviation[c]), ", mean ", short_text(mean), ", rounding ",
                        short_text(rounding_at<T>(mean)), "); subtract the mean ",
                        is_float ? "before conversion to float, or use Model<double, ...>"
                                 : "when the numbers are generated"}));
    };
    if (none.several()) notes.push_back(message_of({none.text(what), " are constant: ", several_become}));
    else if (!none.empty())
        notes.push_back(message_of({none.text(what), " is constant (",
                                    short_text(fitted.data.mean[none.first()]), "): ", one_becomes}));
    note_close(rounding, "treated as constant: numbers vary by no more than");
    note_close(coarse, "nearly constant: numbers vary by few units of");
}

}  // namespace alrao::detail
