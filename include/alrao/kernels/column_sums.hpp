#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <array>
#include <cmath>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

namespace detail {

/// Calls add(block, row, column, sums) for each row of a tile in ascending order and stores the
/// accumulated sums: to[s][column] = sums[s].
template <class Arch, class T, std::size_t Sums, std::size_t Most = 4, class Add>
void sum_tile(Range rows, Range columns, const std::array<T*, Sums>& to, Add&& add) {
    using Vector = Register<T, Arch>;
    for_each_block<Arch, T, Most>(columns.begin, columns.end, [&](auto block, std::size_t first) {
        constexpr std::size_t vectors = decltype(block)::vectors;
        std::array<std::array<Vector, Sums>, vectors> sum;
        for (auto& each : sum) each.fill(Vector(T{0}));
        for (std::size_t r = rows.begin; r < rows.end; ++r) {
            unroll<vectors>([&](auto i) { add(block, r, first + i * Vector::size, sum[i]); });
        }
        unroll<vectors>([&](auto i) {
            unroll<Sums>([&](auto s) { block.store(to[s] + first + i * Vector::size, sum[i][s]); });
        });
    });
}

/// totals[s][c] = sums[s] after add(block, row, column, sums) was called for all rows. Sums are
/// accumulated over pieces of `piece_rows` rows; the sums of the pieces are added in order, in double, so
/// the bits do not depend on the number of threads.
/// @param workspace Sums * piece_count(rows) * columns elements
template <class Arch, class T, std::size_t Sums, std::size_t Most = 4, class Add>
void sum_columns(Rows extent, const std::array<T*, Sums>& totals, T* workspace, Threads& threads, Add&& add) {
    const std::size_t columns = extent.columns;
    for_each_tile(threads, extent.rows, columns, [&](std::size_t piece, Range rows, Range across) {
        std::array<T*, Sums> to;
        for (std::size_t s = 0; s < Sums; ++s) to[s] = workspace + (piece * Sums + s) * columns;
        sum_tile<Arch, T, Sums, Most>(rows, across, to, add);
    });
    const std::size_t pieces = piece_count(extent.rows);
    split_work(threads, columns, tile_columns, Sums * pieces * columns,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t s = 0; s < Sums; ++s) {
                       for (std::size_t c = begin; c < end; ++c) {
                           double total = 0;
                           for (std::size_t p = 0; p < pieces; ++p) {
                               total += static_cast<double>(workspace[(p * Sums + s) * columns + c]);
                           }
                           totals[s][c] = static_cast<T>(total);
                       }
                   }
               });
}

}  // namespace detail

/// The number of elements of T that `column_sums` needs as workspace.
[[nodiscard]] constexpr std::size_t column_sums_workspace(Rows extent) {
    return piece_count(extent.rows) * extent.columns;
}

/// sums[c] = sum over rows of x[r][c], for example the gradient of a bias. The bits do not depend on the
/// number of threads.
/// @param magnitude [columns], |sums[c]|; may be null
/// @param workspace column_sums_workspace(extent) elements
template <class Backend, class T>
void column_sums(Rows extent, Matrix<const T> x, T* sums, T* magnitude, T* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    detail::sum_columns<Arch, T, 1>(extent, {sums}, workspace, threads,
                                    [&](auto block, std::size_t r, std::size_t c, auto& sum) {
                                        sum[0] = sum[0] + block.load(x.row(r) + c);
                                    });
    if (magnitude == nullptr) return;
    for (std::size_t c = 0; c < extent.columns; ++c) magnitude[c] = std::abs(sums[c]);
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
