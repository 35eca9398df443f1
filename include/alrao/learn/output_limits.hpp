#pragma once

#include <cstddef>
#include <vector>

namespace alrao {

/// The largest output that the guard allows for each leaf (a layer that contains no others) of a network. The
/// guard sets the limit of a leaf on the first batch (see guard::limit); before, it is unknown.
template <class Net>
class OutputLimits {
public:
    static constexpr std::size_t leaves = Net::node_count;  ///< number of leaves

    /// The limit of a leaf; 0 if it is unknown.
    [[nodiscard]] double of(std::size_t leaf) const { return limits_[leaf]; }
    /// Whether the limit of a leaf was set.
    [[nodiscard]] bool known(std::size_t leaf) const { return limits_[leaf] > 0; }
    /// Sets the limit of a leaf, above 0.
    void set(std::size_t leaf, double limit) { limits_[leaf] = limit; }
    /// Makes the limit of a leaf unknown again.
    void forget(std::size_t leaf) { limits_[leaf] = 0; }

    /// The limits [leaves]; 0 if unknown.
    [[nodiscard]] const std::vector<double>& numbers() const { return limits_; }
    /// Whether `numbers` are limits of this network: one for each leaf, each 0 or more.
    [[nodiscard, gnu::cold]] static bool accepts(const std::vector<double>& numbers) {
        for (const double limit : numbers)
            if (!(limit >= 0)) return false;
        return numbers.size() == leaves;
    }
    /// Swaps the stored limits with `numbers`, for which accepts() must be true.
    void restore(std::vector<double>& numbers) { limits_.swap(numbers); }

private:
    std::vector<double> limits_ = std::vector<double>(leaves, 0);
};

}  // namespace alrao
