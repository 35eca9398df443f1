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

/// Which units of the training text are in a vocabulary.
struct VocabularyOptions {
    std::size_t most = 0;  ///< largest size, including <unk>; 0: no limit
    bool unknown = false;  ///< for characters and bytes: units outside become <unk> and are not refused
};

/// The units of a text with their indices, 0 to size() - 1, and the rules by which texts are split into
/// units. A vocabulary is made from the training text only and used for all texts, so that training does not
/// depend on the validation and test data.
///
/// Units are sorted by frequency in the training text, the most frequent first; units of equal frequency by
/// their bytes. A vocabulary of words always has <unk>, which stands for all other words. A vocabulary of
/// characters or bytes has it if `VocabularyOptions::unknown` is set, or if `VocabularyOptions::most`
/// excludes units.
class Vocabulary {
public:
    /// A vocabulary without units.
    Vocabulary() = default;

    /// A vocabulary of these units in this order.
    /// @throws ArgumentError if a unit occurs twice, or there are more than 2^31 - 1 units
    Vocabulary(const TextRules& rules, std::vector<std::string> units)
        : rules_(rules), units_(std::move(units)) {
        if (units_.size() > most_units)
            fail({"alrao: Vocabulary: ", units_.size(), " units; the largest possible number is ",
                  most_units});
        for (std::size_t i = 0; i < units_.size(); ++i)
            if (!index_.emplace(units_[i], static_cast<std::int32_t>(i)).second)
                fail({"alrao: Vocabulary: the unit '", io::printable(units_[i]), "' occurs twice"});
    }

    /// The rules by which texts are split into units.
    [[nodiscard]] const TextRules& rules() const { return rules_; }
    /// Number of units.
    [[nodiscard]] std::size_t size() const { return units_.size(); }
    /// All units, by index.
    [[nodiscard]] std::span<const std::string> units() const { return units_; }
    /// The unit with this index.
    /// @throws ArgumentError unless 0 <= index < size()
    [[nodiscard]] const std::string& operator[](std::int32_t index) const {
        if (index < 0 || static_cast<std::size_t>(index) >= units_.size())
            fail({"alrao: Vocabulary: there is no unit ", index, "; the number of units is ", units_.size()});
        return units_[static_cast<std::size_t>(index)];
    }
    /// The index of a unit, or no value if it is not in the vocabulary.
    [[nodiscard]] std::optional<std::int32_t> find(std::string_view unit) const {
        const auto at = index_.find(unit);
        return at == index_.end() ? std::nullopt : std::optional(at->second);
    }
    /// The index of <unk>, or no value if the vocabulary does not have it.
    [[nodiscard]] std::optional<std::int32_t> unknown() const { return find(unknown_token); }

    /// Returns the text of these indices: words are separated by spaces, and <eos> ends a line. In a text of
    /// characters or bytes, <unk> becomes U+FFFD.
    /// @throws ArgumentError unless all indices are in [0, size())
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

    /// Whether units, indices and rules are equal.
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

/// Counts the units of a training text and makes a vocabulary of them.
class UnitCounts {
public:
    /// `rules`: those by which the text is split, for the vocabulary.
    explicit UnitCounts(const TextRules& rules) : rules_(rules) {}

    /// Counts a unit. The memory of `unit` must outlive this object.
    void add(std::string_view unit) { ++counts_[unit]; }

    /// Returns the vocabulary of the units counted so far.
    /// @throws ArgumentError if `options.most` is 1
    [[nodiscard]] Vocabulary vocabulary(const VocabularyOptions& options = {}) const {
        if (options.most == 1)
            fail("alrao: Vocabulary: .most = 1 leaves only <unk>; it must be 0 (no limit) or at least 2");
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
