#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <cstddef>

namespace alrao::kernels {

/// largest[c] = max over rows of |x[r][c]|, compared as bits: not finite if any of the column is
/// not.
template <class Backend, class T>
void column_magnitude(Rows extent, Matrix<const T> x, T* largest, Threads& threads) {
    using Arch = typename Backend::arch;
    const auto columns = [&](std::size_t begin, std::size_t end) {
        for_each_block<Arch, T>(begin, end, [&](auto block, std::size_t first) {
            constexpr std::size_t count = decltype(block)::vectors;
            Largest<Arch, T> seen[count];
            for (std::size_t r = 0; r < extent.rows; ++r) {
                const T* row = x.row(r) + first;
                unroll<count>(
                    [&](auto i) { seen[i].see(block.load(row + i * batch_width<T, Arch>)); });
            }
            unroll<count>([&](auto i) {
                block.store(largest + first + i * batch_width<T, Arch>, seen[i].value());
            });
        });
    };
    split_work(threads, extent.columns, tile_columns, extent.rows * extent.columns, columns);
}

/// max |x[i]| over the array, compared as bits: not finite if any element is not. 0 if there is
/// none.
template <class Backend, class T>
[[nodiscard]] T magnitude(const T* x, std::size_t count, Threads& threads) {
    using Arch = typename Backend::arch;
    T largest{0};
    split_work(threads, count, tile_columns, count, [&](std::size_t begin, std::size_t end) {
        Largest<Arch, T> seen[4];
        for_each_block<Arch, T>(begin, end, [&](auto block, std::size_t first) {
            unroll<decltype(block)::vectors>(
                [&](auto i) { seen[i].see(block.load(x + first + i * batch_width<T, Arch>)); });
        });
        T lane[batch_width<T, Arch>];
        for (const auto& each : seen) {
            each.value().store_unaligned(lane);
            for (const T value : lane) merge_largest(largest, value);
        }
    });
    return largest;
}

}  // namespace alrao::kernels
