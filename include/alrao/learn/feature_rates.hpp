#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/learn/log_uniform.hpp>
#include <alrao/learn/rate_groups.hpp>
#include <alrao/learn/rates.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace alrao {

/// The learning rates of all parameters of a network: the drawn rates, and the scaled rates of the next step,
/// which are the drawn rates multiplied by the factor of the schedule and by the centres (see RateCentre).
///
/// Parameter p has `rows()[p].rows` rows of numbers and one row of `rows()[p].period` rates, used for each of
/// them. A feature is pruned if and only if its rates are 0: rates are drawn above 0, and only `prune` sets
/// them to 0. Copies of a head count as features of the head's parameters.
template <class Net>
class FeatureRates {
public:
    using T = typename Net::scalar;  ///< scalar type of rates
    /// Number of parameters: entries of the table Net::parameters, not elements.
    static constexpr std::size_t parameter_count = Net::parameters.size();

    /// Random rates for the trunk, drawn log-uniformly from `interval`; the copies of the head get rates
    /// that are spread evenly over `of_copies` in the logarithm.
    [[gnu::cold]] static FeatureRates drawn(const LogUniform& interval, Seed seed, RateGroups groups,
                                            const LogUniform& of_copies) {
        FeatureRates made(interval, groups);
        for (std::size_t p = 0; p < parameter_count; ++p) {
            if (table[p].copies > 0) rates::spread(table[p], of_copies, made.own_row(p));
            else rates::draw(table[p], p, groups, interval, seed, made.own_row(p));
        }
        return made;
    }
    /// With the same interval for both.
    [[gnu::cold]] static FeatureRates drawn(const LogUniform& interval, Seed seed, RateGroups groups) {
        return drawn(interval, seed, groups, interval);
    }
    /// The same rate for all parameters, copies included.
    /// @throws ArgumentError unless `rate` is above 0 and a normal number in float
    [[gnu::cold]] static FeatureRates constant(double rate) {
        FeatureRates made(LogUniform{rate, rate}, RateGroups::per_feature);
        for (std::size_t p = 0; p < parameter_count; ++p) rates::constant(table[p], rate, made.own_row(p));
        return made;
    }

    /// The interval from which the rates were drawn; its ends are equal for a constant rate.
    [[nodiscard]] const LogUniform& interval() const { return interval_; }
    /// The places of the rates of all parameters.
    [[nodiscard]] const std::array<RateRow, parameter_count>& rows() const { return rows_; }
    /// The rates of parameter p without schedule and centre: [rows()[p].period].
    [[nodiscard]] std::span<const T> row(std::size_t p) const {
        return numbers_.span().subspan(rows_[p].offset, rows_[p].period);
    }
    /// The largest rate of a feature of parameter p, without schedule and centre; 0 if it is pruned.
    [[nodiscard]] T of(std::size_t p, std::size_t feature) const {
        T largest{0};
        const std::span<const T> all = row(p);
        for (std::size_t at = 0; at < all.size(); ++at)
            if (rates::feature_of(table[p], at) == feature) largest = std::max(largest, all[at]);
        return largest;
    }
    /// The rate of a copy of the head, without schedule and centre; 0 if it is pruned, or without a head.
    [[nodiscard]] T of_copy(std::size_t copy) const {
        for (std::size_t p = 0; p < parameter_count; ++p)
            if (table[p].copies > 0) return of(p, copy);
        return T{0};
    }
    /// Whether a feature of parameter p is pruned.
    [[nodiscard]] bool is_pruned(std::size_t p, std::size_t feature) const {
        return is_pruned_in(numbers_.data(), p, feature);
    }

    // ---- for a step --------------------------------------------------------------------------------

    /// Computes the scaled rates of the next step: those of each parameter p times `factor` and `centres[p]`.
    /// Does nothing if factor and centres are those of the last call.
    void scale(double factor, const std::array<double, parameter_count>& centres) {
        if (up_to_date_ && is_same_number(factor_, factor) && centres_ == centres) return;
        for (std::size_t p = 0; p < parameter_count; ++p) scale_row(p, static_cast<T>(factor * centres[p]));
        factor_ = factor;
        centres_ = centres;
        up_to_date_ = true;
    }
    /// With centres of 1.
    void scale(double factor) {
        std::array<double, parameter_count> ones{};
        ones.fill(1);
        scale(factor, ones);
    }
    /// The factor of the last `scale`, without the centres; 1 before the first one.
    [[nodiscard]] double factor() const { return factor_; }
    /// The scaled rates of parameter p, laid out as `row(p)`.
    [[nodiscard]] const T* scaled(std::size_t p) const { return scaled_.data() + rows_[p].offset; }
    /// The largest scaled rate of parameter p.
    [[nodiscard]] T largest(std::size_t p) const { return largest_[p]; }
    /// The length of the longest row.
    [[nodiscard]] std::size_t longest_row() const {
        std::size_t longest = 0;
        for (const RateRow& one : rows_) longest = std::max(longest, one.period);
        return longest;
    }

    // ---- for the guard and for files ---------------------------------------------------------------

    /// Sets the rates of one feature to 0, in all parameters of its group. Takes effect with the next
    /// `scale`.
    [[gnu::cold]] void prune(std::size_t group, std::size_t feature) {
        for (std::size_t p = 0; p < parameter_count; ++p) {
            if (table[p].group != group) continue;
            const std::span<T> all = own_row(p);
            for (std::size_t at = 0; at < all.size(); ++at)
                if (rates::feature_of(table[p], at) == feature) all[at] = T{0};
        }
        up_to_date_ = false;
    }

    /// All rates without schedule and centre: row after row, each at `rows()[p].offset`. Empty after a move.
    [[nodiscard]] const AlignedBuffer<T>& numbers() const { return numbers_; }
    /// The size of `numbers()`, also after a move.
    [[nodiscard]] std::size_t size() const { return rates::elements(rows_); }
    /// Whether `numbers` are rates of this network: as many as size(), finite and 0 or more.
    [[nodiscard, gnu::cold]] bool accepts(std::span<const T> numbers) const {
        for (const T rate : numbers)
            if (!is_finite(rate) || !(rate >= 0)) return false;
        return numbers.size() == size();
    }
    /// Whether `numbers`, for which accepts() is true, contain a pruned feature.
    [[nodiscard, gnu::cold]] bool any_pruned(const AlignedBuffer<T>& numbers) const {
        for (std::size_t p = 0; p < parameter_count; ++p)
            for (std::size_t feature = 0; feature < table[p].features; ++feature)
                if (is_pruned_in(numbers.data(), p, feature)) return true;
        return false;
    }
    /// Replaces all rates. `numbers`: accepts() must be true for them.
    void restore(AlignedBuffer<T>&& numbers) {
        numbers_ = std::move(numbers);
        up_to_date_ = false;
    }

private:
    static constexpr const auto& table = Net::parameters;

    FeatureRates(const LogUniform& interval, RateGroups groups)
        : interval_(interval), rows_(rates::lay_out(table, groups)), numbers_(size()), scaled_(size()) {}

    std::span<T> own_row(std::size_t p) { return numbers_.span().subspan(rows_[p].offset, rows_[p].period); }
    [[nodiscard]] bool is_pruned_in(const T* numbers, std::size_t p, std::size_t feature) const {
        return !(numbers[rows_[p].offset + feature * table[p].inner] > 0);
    }
    void scale_row(std::size_t p, T factor) {
        const T* const from = numbers_.data() + rows_[p].offset;
        T* const to = scaled_.data() + rows_[p].offset;
        T largest{0};
        for (std::size_t at = 0; at < rows_[p].period; ++at) {
            to[at] = from[at] * factor;
            largest = std::max(largest, to[at]);
        }
        largest_[p] = largest;
    }

    LogUniform interval_;
    std::array<RateRow, parameter_count> rows_;
    AlignedBuffer<T> numbers_, scaled_;
    std::array<T, parameter_count> largest_{};  ///< largest scaled rate of each parameter
    double factor_ = 1;
    std::array<double, parameter_count> centres_{};
    bool up_to_date_ = false;  ///< whether scaled_ is numbers_ times factor_ and centres_
};

}  // namespace alrao
