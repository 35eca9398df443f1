#pragma once

#include <alrao/shape/extents.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace alrao {

/// Copies of a head that lie side by side and are computed together.
struct CopyRun {
    std::size_t first = 0, count = 0;
    std::size_t place = 0;  ///< how many copies before them are computed
};

/// The copies of a head that are computed: those that are not retired, in order. Their parameters
/// stay where they are; their scores lie side by side, so that all that follows the products knows
/// of no other copies.
template <std::size_t Copies>
class LiveCopies {
public:
    /// `retired`: [Copies], not 0 for a copy that is left out; null: none is.
    explicit LiveCopies(const std::uint64_t* retired) {
        for (std::size_t j = 0; j < Copies; ++j) {
            if (retired != nullptr && retired[j] != 0) continue;
            if (runs_ == 0 || run_[runs_ - 1].first + run_[runs_ - 1].count != j)
                run_[runs_++] = {j, 0, count_};
            ++run_[runs_ - 1].count;
            ++count_;
        }
    }

    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] bool all() const { return count_ == Copies; }
    /// The runs, in order.
    [[nodiscard]] const CopyRun* begin() const { return run_.data(); }
    [[nodiscard]] const CopyRun* end() const { return run_.data() + runs_; }

    /// Columns of the scores of the computed copies, `outputs` each: a row's stride. All copies:
    /// those of the parameters, padding included.
    [[nodiscard]] std::size_t stride(std::size_t outputs) const { return rounded_up(count_ * outputs, 16); }
    /// Columns of a run. Where all copies are computed the product includes the padding.
    [[nodiscard]] std::size_t width(const CopyRun& run, std::size_t outputs) const {
        return all() ? stride(outputs) : run.count * outputs;
    }

    /// Calls f(copy, place among those computed).
    template <class F>
    void for_each(F&& f) const {
        for (const CopyRun& run : *this)
            for (std::size_t i = 0; i < run.count; ++i) f(run.first + i, run.place + i);
    }

private:
    std::array<CopyRun, Copies> run_{};
    std::size_t runs_ = 0, count_ = 0;
};

}  // namespace alrao
