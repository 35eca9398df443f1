#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels {

/// `standardize` copies the means and the factors into two arrays of this many elements each. With fewer than
/// 64 channels, each array contains them 16 times, so that images of one or three channels also fill whole
/// registers.
[[nodiscard]] constexpr std::size_t standardize_pattern(std::size_t channels) {
    return channels < 64 ? channels * 16 : channels;
}

/// y[r][c] = (x[r][c] - mean[c]) * (1 / deviation[c]); the rows of x are contiguous. y may be x.
/// @param workspace 2 * standardize_pattern(columns) elements
template <class Backend, class T>
void standardize(Rows extent, const T* x, const T* mean, const T* deviation, Matrix<T> y, T* workspace,
                 Threads& threads) {
    using Arch = typename Backend::arch;
    const std::size_t period = standardize_pattern(extent.columns);
    T* const shift = workspace;
    T* const factor = workspace + period;
    for (std::size_t i = 0; i < period; ++i) {
        shift[i] = mean[i % extent.columns];
        factor[i] = T{1} / deviation[i % extent.columns];
    }
    const std::size_t count = extent.rows * extent.columns;
    const auto piece = [&](const T* from, T* to, std::size_t length) {
        for_each_vector<Arch, T>(0, length, [&](auto vector, std::size_t i) {
            const auto centred = vector.load(from + i) - vector.load(shift + i);
            vector.store(to + i, centred * vector.load(factor + i));
        });
    };
    if (y.stride != extent.columns) {  // the output is a part of a wider matrix, as in a Concat
        split_work(threads, extent.rows, 1, count, [&](std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r) piece(x + r * extent.columns, y.row(r), extent.columns);
        });
        return;
    }
    split_work(threads, (count + period - 1) / period, 1, count, [&](std::size_t begin, std::size_t end) {
        for (std::size_t at = begin * period; at < std::min(end * period, count); at += period)
            piece(x + at, y.data + at, std::min(period, count - at));
    });
}

}  // namespace alrao::kernels
