#pragma once

#include <alrao/shape/extents.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace alrao {

/// A run of neighbouring copies of a head that are computed together.
struct CopyRun {
    std::size_t first = 0, count = 0;
    std::size_t place = 0;  ///< index of the first copy of the run among the computed copies
};

/// The copies of a head that are computed, in order: those that are not retired. Their parameters are not
/// moved; their scores are stored contiguously, so that code after the matrix products need not know of
/// retired copies.
template <std::size_t Copies>
class LiveCopies {
public:
    /// `retired`: [Copies], nonzero for a copy that is not computed. Null: all copies are computed.
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
    /// The runs of neighbouring computed copies, in order.
    [[nodiscard]] const CopyRun* begin() const { return run_.data(); }
    [[nodiscard]] const CopyRun* end() const { return run_.data() + runs_; }

    /// Row stride of the score matrix: `outputs` columns for each computed copy, rounded up to a multiple
    /// of 16. If all copies are computed it equals the row stride of the weights.
    [[nodiscard]] std::size_t stride(std::size_t outputs) const { return rounded_up(count_ * outputs, 16); }
    /// Number of columns of a run. If all copies are computed it includes the padding.
    [[nodiscard]] std::size_t width(const CopyRun& run, std::size_t outputs) const {
        return all() ? stride(outputs) : run.count * outputs;
    }

    /// Calls f(copy, index among the computed copies) for each computed copy.
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
