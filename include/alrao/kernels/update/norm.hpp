#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <array>
#include <cstddef>

namespace alrao::kernels {

/// Returns the sum of x[i]^2 in double. It is computed in 64 pieces that depend only on `count` and are
/// added in order, so the bits do not depend on the number of threads.
template <class Backend, class T>
[[nodiscard]] double sum_of_squares(const T* x, std::size_t count, Threads& threads) {
    constexpr std::size_t pieces = 64;
    constexpr std::size_t chains = 32;  // independent sums, so that the loop is vectorised
    const std::size_t length = (count + pieces * chains - 1) / (pieces * chains) * chains;
    std::array<double, pieces> sums{};
    split_work(threads, pieces, 1, count, [&](std::size_t begin, std::size_t end) {
        for (std::size_t piece = begin; piece < end; ++piece) {
            std::size_t i = std::min(count, piece * length);
            const std::size_t stop = std::min(count, i + length);
            double sum[chains] = {};
            for (; i + chains <= stop; i += chains) {
                for (std::size_t j = 0; j < chains; ++j) {
                    const auto value = static_cast<double>(x[i + j]);
                    sum[j] = sum[j] + value * value;
                }
            }
            for (; i < stop; ++i) {
                const auto value = static_cast<double>(x[i]);
                sum[0] = sum[0] + value * value;
            }
            for (const double each : sum) sums[piece] += each;
        }
    });
    double total = 0;
    for (const double each : sums) total += each;
    return total;
}

/// sums[c] += sum over rows of x[r][c]^2, in double and in ascending order of rows, so the bits do not
/// depend on the number of threads.
template <class Backend, class T>
void add_column_squares(Rows extent, const T* x, double* sums, Threads& threads) {
    split_work(threads, extent.columns, tile_columns, extent.rows * extent.columns,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t r = 0; r < extent.rows; ++r) {
                       const T* row = x + r * extent.columns;
                       for (std::size_t c = begin; c < end; ++c) {
                           const auto value = static_cast<double>(row[c]);
                           sums[c] = sums[c] + value * value;
                       }
                   }
               });
}

/// x[r][c] = factor[c] * x[r][c], for contiguous rows.
template <class Backend, class T>
void scale_columns(Rows extent, const T* factor, T* x, Threads& threads) {
    using Arch = typename Backend::arch;
    split_work(threads, extent.columns, tile_columns, extent.rows * extent.columns,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t r = 0; r < extent.rows; ++r) {
                       T* row = x + r * extent.columns;
                       for_each_vector<Arch, T>(begin, end, [&](auto vector, std::size_t c) {
                           vector.store(row + c, vector.load(row + c) * vector.load(factor + c));
                       });
                   }
               });
}

/// x[i] = factor * x[i] for i < count.
template <class Backend, class T>
void scale(T* x, std::size_t count, T factor, Threads& threads) {
    using Arch = typename Backend::arch;
    split_work(threads, count, tile_columns, count, [&](std::size_t begin, std::size_t end) {
        for_each_vector<Arch, T>(begin, end, [&](auto vector, std::size_t i) {
            vector.store(x + i, vector.load(x + i) * factor);
        });
    });
}

}  // namespace alrao::kernels
