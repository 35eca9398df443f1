#pragma once

#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/recurrence/detail/step_product.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/blas.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels {

/// The product of a time step computed by CBLAS, which packs the constant factor again in each step.
template <class Arch, class T>
class StepProduct<Cblas<Arch>, T> {
public:
    [[nodiscard]] static constexpr std::size_t panel_elements(const StepShape&) { return 0; }
    [[nodiscard]] static constexpr std::size_t workspace(std::size_t rows, const StepShape& shape, int) {
        return std::min(rows, detail::step_rows) * shape.units * shape.gates;
    }

    StepProduct(const StepFactor<T>& factor, T*, T* workspace, Threads& threads)
        : factor_(factor), sums_(workspace), threads_(threads) {}

    template <class Finish>
    void run(std::size_t rows, const StepLeft<T>& left, Finish finish) const {
        const std::size_t units = factor_.shape.units, columns = units * factor_.shape.gates;
        for (std::size_t r = 0; r < rows; r += detail::step_rows) {
            const Range block{r, std::min(rows, r + detail::step_rows)};
            const std::size_t work = block.size() * factor_.shape.k * columns;
            detail::run_parts(threads_, work, [&](int parts, int part) {
                const Range range = detail::balanced_range(columns, parts, part, 16);
                if (range.empty()) return;
                multiply(block, range, left.first, left.first_k, 0);
                if (left.second_k > 0) multiply(block, range, left.second, left.second_k, left.first_k);
            });
            detail::run_parts(threads_, work, [&](int parts, int part) {
                const Range range = detail::balanced_range(units, parts, part, 16);
                if (!range.empty()) finish(StepSums<T>{block, range, sums_ + range.begin, columns, units});
            });
        }
    }

private:
    /// Multiplies `left` by rows [first_k, first_k + k) and columns `columns` of B, and stores the product in
    /// the sums; adds it to the sums if `first_k` is not 0.
    void multiply(Range rows, Range columns, Matrix<const T> left, std::size_t k, std::size_t first_k) const {
        const bool turned = factor_.turned;
        const T* const b =
            turned ? factor_.b.row(columns.begin) + first_k : factor_.b.row(first_k) + columns.begin;
        blas::gemm(false, turned, rows.size(), columns.size(), k, left.row(rows.begin), left.stride, b,
                   factor_.b.stride, first_k > 0 ? T{1} : T{0}, sums_ + columns.begin,
                   factor_.shape.units * factor_.shape.gates);
    }

    StepFactor<T> factor_;
    T* sums_;
    Threads& threads_;
};

}  // namespace alrao::kernels
