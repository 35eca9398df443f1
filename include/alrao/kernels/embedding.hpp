#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <algorithm>
#include <cstddef>

/// Kernels of the embedding layer: they read and add to the rows of a table that are selected by indices.
/// They do not check the indices: each must be a whole number in [0, rows of the table).
namespace alrao::kernels {

/// y[r] = table[word[r]] for `extent.rows` rows of `extent.columns` elements each. `word` has one column.
template <class Backend, class T>
void gather_rows(Rows extent, Matrix<const T> word, Matrix<const T> table, Matrix<T> y, Threads& threads) {
    split_work(
        threads, extent.rows, 1, extent.rows * extent.columns, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r)
                std::copy_n(table.row(static_cast<std::size_t>(*word.row(r))), extent.columns, y.row(r));
        });
}

/// The gradient of the table: table[w] = sum of dy[r] over the rows r with word[r] = w, in ascending r,
/// for each of the `words` rows of the table; 0 for words that do not occur. Different threads compute
/// different words, so the order of each sum does not depend on the number of threads.
/// @param magnitude [extent.columns], max over words of |table[w][c]|; may be null
template <class Backend, class T>
void scatter_rows(Rows extent, std::size_t words, Matrix<const T> word, Matrix<const T> dy, Matrix<T> table,
                  T* magnitude, Threads& threads) {
    using Arch = typename Backend::arch;
    const std::size_t width = extent.columns;
    const auto word_of = [&](std::size_t r) { return static_cast<std::size_t>(*word.row(r)); };
    split_work(threads, words, 1, (words + extent.rows) * width, [&](std::size_t begin, std::size_t end) {
        for (std::size_t w = begin; w < end; ++w) std::fill_n(table.row(w), width, T{0});
        for (std::size_t r = 0; r < extent.rows; ++r) {
            const std::size_t w = word_of(r);
            if (w < begin || w >= end) continue;
            for_each_vector<Arch, T>(0, width, [&](auto vector, std::size_t c) {
                vector.store(table.row(w) + c, vector.load(table.row(w) + c) + vector.load(dy.row(r) + c));
            });
        }
    });
    if (magnitude == nullptr) return;
    // Only words of the batch have a gradient, so only their rows are read for the maximum.
    split_work(threads, width, tile_columns, extent.rows * width, [&](std::size_t begin, std::size_t end) {
        for_each_block<Arch, T>(begin, end, [&](auto block, std::size_t first) {
            constexpr std::size_t count = decltype(block)::vectors;
            Largest<Arch, T> seen[count];
            for (std::size_t r = 0; r < extent.rows; ++r) {
                const T* const row = table.row(word_of(r)) + first;
                unroll<count>([&](auto i) { seen[i].see(block.load(row + i * register_width<T, Arch>)); });
            }
            unroll<count>([&](auto i) {
                block.store(magnitude + first + i * register_width<T, Arch>, seen[i].value());
            });
        });
    });
}

}  // namespace alrao::kernels
