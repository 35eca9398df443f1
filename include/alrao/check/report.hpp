#pragma once

#include <alrao/tensor/message.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// A law that does not hold.
struct BrokenLaw {
    std::string_view law;   ///< its sentence, such as layer_law::bounds
    std::string found;      ///< the first case in which it does not hold, with numbers
    std::size_t cases = 1;  ///< number of cases in which it does not hold
};

/// The result of check_layer, check_rule, check_head, check_averaging or check_data_source: the laws that were
/// tested, and those of them that do not hold. Converts to true if at least one law was tested and all hold.
struct CheckReport {
    std::string subject;                   ///< what was checked: "layer Dense, input 7"
    std::vector<std::string_view> laws{};  ///< the laws that were tested, in the order of their first test
    std::vector<BrokenLaw> broken{};       ///< the laws that do not hold
    bool is_complete = true;  ///< false: laws were not tested because a call wrote outside its memory

    /// Whether at least one law was tested, and all tested laws hold.
    explicit operator bool() const { return broken.empty() && !laws.empty(); }

    /// Whether this law was tested.
    [[nodiscard]] bool tried(std::string_view law) const {
        return std::find(laws.begin(), laws.end(), law) != laws.end();
    }
    /// The entry of this law in `broken`; null if the law holds or was not tested.
    [[nodiscard]] const BrokenLaw* find(std::string_view law) const {
        for (const BrokenLaw& one : broken)
            if (one.law == law) return &one;
        return nullptr;
    }

    /// Records whether a law holds in one case. `found`: pieces of the text BrokenLaw::found, used if the law
    /// does not hold and did not fail before.
    void note(std::string_view law, bool holds, std::initializer_list<Piece> found) {
        if (!tried(law)) laws.push_back(law);
        if (holds) return;
        for (BrokenLaw& one : broken)
            if (one.law == law) {
                ++one.cases;
                return;
            }
        broken.push_back({law, message_of(found)});
    }
    /// Adds the report of another check of the same subject.
    void add(const CheckReport& other) {
        is_complete = is_complete && other.is_complete;
        for (const std::string_view law : other.laws)
            if (!tried(law)) laws.push_back(law);
        for (const BrokenLaw& one : other.broken) {
            const auto same = std::find_if(broken.begin(), broken.end(),
                                           [&](const BrokenLaw& known) { return known.law == one.law; });
            if (same == broken.end()) broken.push_back(one);
            else same->cases += one.cases;
        }
    }
};

/// Prints "rule Adam: all 9 laws hold", or "rule Adam: 1 of 9 laws is broken" and two lines for each broken
/// law: its sentence, then the first case in which it does not hold and the number of further cases.
inline std::ostream& operator<<(std::ostream& out, const CheckReport& report) {
    out << report.subject << ": ";
    if (report.laws.empty()) return out << "no law was tested";
    if (report) return out << "all " << report.laws.size() << " laws hold";
    out << report.broken.size() << " of " << report.laws.size()
        << (report.broken.size() == 1 ? " laws is broken" : " laws are broken");
    for (const BrokenLaw& one : report.broken) {
        out << "\n  " << one.law << ":\n    " << one.found;
        if (one.cases > 1)
            out << " (and " << one.cases - 1 << (one.cases == 2 ? " case more)" : " cases more)");
    }
    if (!report.is_complete)
        out << "\n  the other laws were not tested: a call that writes outside its memory can change any result";
    return out;
}

}  // namespace alrao

#pragma GCC diagnostic pop
