#pragma once

#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/simd.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// The number of elements of workspace in which one thread keeps its magnitudes of n columns.
[[nodiscard]] constexpr std::size_t magnitude_row(std::size_t n) noexcept { return rounded_up(n, 16); }

/// Splits a product over the threads and calls work(part, thread) for each part. Only outputs are split,
/// not sums: by columns, or by rows if the busiest thread then has less work. If rows are split, each
/// thread computes the magnitudes of its rows in its `magnitude_row` of `workspace`, and the result is
/// the maximum over the threads.
template <class T, class Work>
void split_product(const Product<T>& product, std::size_t row_granule, std::size_t column_granule,
                   T* workspace, Threads& threads, const Work& work) {
    const std::size_t m = product.m, n = product.n, k = product.k;
    const auto count = static_cast<std::size_t>(threads.count());
    // Below about 100,000 multiply-adds, starting the threads takes longer than the product.
    if (count == 1 || m * n * k < 100'000) {
        work(product, 0);
        return;
    }
    // The work of the busiest thread, in multiply-adds per k; copying an element costs about as much
    // as 8 of them.
    const auto busiest = [&](std::size_t extent, std::size_t granule, std::size_t other) {
        const std::size_t largest = split_range(extent, threads.count(), 0, granule).size();
        return largest * other + 8 * (largest + other);
    };
    const std::size_t of_columns = busiest(n, column_granule, m);
    const std::size_t of_rows = busiest(m, row_granule, n);
    // Weight gradients are split by rows unless that is much slower. The update is split by rows, too, so
    // each thread then reads gradients that it has written itself.
    const bool by_columns =
        product.form == Form::tn ? of_columns + of_rows / 16 < of_rows : of_columns <= of_rows;
    T* const magnitude = product.epilogue.magnitude;
    threads.run([&](int thread) {
        const Range rows = by_columns ? Range{0, m} : split_range(m, threads.count(), thread, row_granule);
        const Range columns =
            by_columns ? split_range(n, threads.count(), thread, column_granule) : Range{0, n};
        Product<T> part = product.part(rows, columns);
        if (!by_columns && magnitude != nullptr) {
            part.epilogue.magnitude = workspace + static_cast<std::size_t>(thread) * magnitude_row(n);
            std::fill_n(part.epilogue.magnitude, n, T{0});
        }
        if (!rows.empty() && !columns.empty()) work(part, thread);
    });
    if (!by_columns && magnitude != nullptr) {
        std::copy_n(workspace, n, magnitude);
        for (std::size_t t = 1; t < count; ++t) {
            const T* const other = workspace + t * magnitude_row(n);
            for (std::size_t j = 0; j < n; ++j) magnitude[j] = magnitude_max(magnitude[j], other[j]);
        }
    }
}

}  // namespace alrao::kernels::detail
