#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels {

/// sums[c] = sum over rows of x[r][c], and its magnitude |sums[c]| if wanted: the gradient of a bias.
/// Rows are added in order within pieces of `piece_rows`, pieces in order; threads share columns, so
/// the bits do not depend on them.
template <class Backend, class T>
void column_sums(Rows extent, Matrix<const T> x, T* sums, T* magnitude, Threads& threads) {
    using Arch = typename Backend::arch;
    const auto columns = [&](std::size_t begin, std::size_t end) {
        for_each_block<Arch, T>(begin, end, [&](auto block, std::size_t first) {
            constexpr std::size_t count = decltype(block)::vectors;
            constexpr std::size_t width = batch_width<T, Arch>;
            Batch<T, Arch> total[count];
            for (auto& each : total) each = Batch<T, Arch>(T{0});
            for (std::size_t row = 0; row < extent.rows; row += piece_rows) {
                Batch<T, Arch> piece[count];
                for (auto& each : piece) each = Batch<T, Arch>(T{0});
                const std::size_t stop = std::min(extent.rows, row + piece_rows);
                for (std::size_t r = row; r < stop; ++r)
                    unroll<count>([&](auto i) {
                        piece[i] = piece[i] + block.load(x.row(r) + first + i * width);
                    });
                unroll<count>([&](auto i) { total[i] = total[i] + piece[i]; });
            }
            unroll<count>([&](auto i) {
                block.store(sums + first + i * width, total[i]);
                if (magnitude != nullptr)
                    block.store(magnitude + first + i * width, abs(total[i]));
            });
        });
    };
    split_work(threads, extent.columns, tile_columns, extent.rows * extent.columns, columns);
}

}  // namespace alrao::kernels
