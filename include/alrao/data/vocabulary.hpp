#pragma once

#include <alrao/data/detail/text_units.hpp>
#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace alrao::data {

/// Which units of the training text get an index.
struct VocabularyOptions {
    std::size_t most = 0;  ///< indices at most, <unk> included; 0: as many as there are units
    bool unknown = false;  ///< characters, bytes: others get <unk> instead of being refused
};

/// The units of a text by index, 0 .. size() - 1, and how the text is cut into them. Made from the
/// training text alone, and used for the others too: what only validation or test data have must
/// not be known.
///
/// The most frequent unit comes first; of equals, the one whose bytes come first. Words that are
/// not in it are <unk>, which every vocabulary of words has. One of characters or bytes has it
/// where `VocabularyOptions` asks for it, or leaves units out.
class Vocabulary {
public:
    Vocabulary() = default;

    /// Of these units in this order, as a file gives them back.
    /// @throws ArgumentError on a unit twice, or more than an index can count
    Vocabulary(const TextRules& rules, std::vector<std::string> units)
        : rules_(rules), units_(std::move(units)) {
        if (units_.size() > most_units)
            fail({"alrao: Vocabulary: ", units_.size(), " units, an index counts up to ", most_units});
        for (std::size_t i = 0; i < units_.size(); ++i)
            if (!index_.emplace(units_[i], static_cast<std::int32_t>(i)).second)
                fail({"alrao: Vocabulary: the unit '", io::printable(units_[i]), "' is there twice"});
    }

    [[nodiscard]] const TextRules& rules() const { return rules_; }
    [[nodiscard]] std::size_t size() const { return units_.size(); }
    [[nodiscard]] std::span<const std::string> units() const { return units_; }
    /// @throws ArgumentError on an index outside
    [[nodiscard]] const std::string& operator[](std::int32_t index) const {
        if (index < 0 || static_cast<std::size_t>(index) >= units_.size())
            fail({"alrao: Vocabulary: there is no unit ", index, "; they count from 0 to below ",
                  units_.size()});
        return units_[static_cast<std::size_t>(index)];
    }
    /// The index of a unit, if it has one.
    [[nodiscard]] std::optional<std::int32_t> find(std::string_view unit) const {
        const auto at = index_.find(unit);
        return at == index_.end() ? std::nullopt : std::optional(at->second);
    }
    /// The index of all units that have none of their own, if they get one.
    [[nodiscard]] std::optional<std::int32_t> unknown() const { return find(unknown_token); }

    /// Indices as text again: words with spaces between them, <eos> as the end of a line; of
    /// characters an unknown one is U+FFFD.
    /// @throws ArgumentError on an index outside
    [[nodiscard]] std::string text(std::span<const std::int32_t> indices) const {
        std::string text;
        for (const std::int32_t index : indices) {
            const std::string& unit = (*this)[index];
            if (rules_.unit != TextUnit::words) {
                text += unit == unknown_token ? "\uFFFD" : unit;
            } else if (unit == end_of_line_token && rules_.ends_of_lines) {
                text += '\n';
            } else {
                text += (text.empty() || text.back() == '\n' ? "" : " ") + unit;
            }
        }
        return text;
    }

    /// Equal units have equal indices, and texts are cut alike.
    friend bool operator==(const Vocabulary& a, const Vocabulary& b) {
        return a.rules_ == b.rules_ && a.units_ == b.units_;
    }

private:
    static constexpr std::size_t most_units = 0x7FFF'FFFF;

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view unit) const { return std::hash<std::string_view>{}(unit); }
    };

    TextRules rules_{};
    std::vector<std::string> units_;
    std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> index_;
};

/// Counts the units of a training text, and makes a vocabulary of them.
class UnitCounts {
public:
    explicit UnitCounts(const TextRules& rules) : rules_(rules) {}

    /// `unit` has to stay where it is.
    void add(std::string_view unit) { ++counts_[unit]; }

    /// @throws ArgumentError on a bound below 2
    [[nodiscard]] Vocabulary vocabulary(const VocabularyOptions& options = {}) const {
        if (options.most == 1)
            fail("alrao: Vocabulary: .most = 1: that would be <unk> alone; 2 or more, or 0");
        std::vector<std::pair<std::string_view, std::uint64_t>> order(counts_.begin(), counts_.end());
        std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
            return a.second != b.second ? a.second > b.second : a.first < b.first;
        });
        const bool too_many = options.most > 0 && order.size() > options.most;
        const bool unknown = options.unknown || too_many || rules_.unit == TextUnit::words;
        const auto is_unknown = [](const auto& unit) { return unit.first == unknown_token; };
        if (unknown && std::none_of(order.begin(), order.end(), is_unknown))
            order.emplace_back(unknown_token, 0);
        if (options.most > 0 && order.size() > options.most) {
            const auto end = order.begin() + static_cast<std::ptrdiff_t>(options.most);
            if (std::none_of(order.begin(), end, is_unknown)) *(end - 1) = {unknown_token, 0};
            order.resize(options.most);
        }
        std::vector<std::string> units;
        units.reserve(order.size());
        for (const auto& [unit, count] : order) units.emplace_back(unit);
        return {rules_, std::move(units)};
    }

private:
    TextRules rules_;
    std::unordered_map<std::string_view, std::uint64_t> counts_;
};

}  // namespace alrao::data
