#pragma once

#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// y[r][c] = activation(terms[0][r][c] + terms[1][r][c] + ...), added in this order; at least one term. y
/// may be one of the terms, but must not overlap them otherwise.
template <class Backend, class T>
void sum(Rows extent, std::span<const Matrix<const T>> terms, Matrix<T> y, Activation activation,
         Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    // Without activation the limit is minus infinity, which changes no value; NaN passes through.
    const Vector floor(activation == Activation::relu ? T{0} : -std::numeric_limits<T>::infinity());
    const auto row = [&](std::size_t r, std::size_t begin, std::size_t end) {
        for_each_block<Arch, T>(begin, end, [&](auto block, std::size_t first) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            Vector total[vectors];
            unroll<vectors>(
                [&](auto i) { total[i] = block.load(terms[0].row(r) + first + i * Vector::size); });
            for (std::size_t t = 1; t < terms.size(); ++t) {
                const T* term = terms[t].row(r) + first;
                unroll<vectors>([&](auto i) { total[i] = total[i] + block.load(term + i * Vector::size); });
            }
            unroll<vectors>([&](auto i) {
                block.store(y.row(r) + first + i * Vector::size, select(total[i] < floor, floor, total[i]));
            });
        });
    };
    const std::size_t count = extent.rows * extent.columns;
    const bool gapless =
        y.stride == extent.columns &&
        std::all_of(terms.begin(), terms.end(), [&](const auto& t) { return t.stride == extent.columns; });
    if (gapless) {
        split_work(threads, count, tile_columns, count,
                   [&](std::size_t begin, std::size_t end) { row(0, begin, end); });
    } else {
        split_work(threads, extent.rows, 1, count, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r) row(r, 0, extent.columns);
        });
    }
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
