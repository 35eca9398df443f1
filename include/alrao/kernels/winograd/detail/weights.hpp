#pragma once

#include <alrao/kernels/winograd/detail/products.hpp>
#include <alrao/kernels/winograd/detail/transform.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/tensor/transpose.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao::kernels::detail {

/// The weights [3][3][in][out] as a correlation uses them: as they are, with sums over `in`, or rotated
/// by 180 degrees with sums over `out` (for the gradient of the input).
template <class T>
struct WinogradWeights {
    const T* weight;
    std::size_t in, out;
    bool turned;

    [[nodiscard]] std::size_t sums() const { return turned ? out : in; }
    [[nodiscard]] std::size_t columns() const { return turned ? in : out; }
};

/// The 3x3 weights of lanes x lanes pairs of channels, [tap][sum][column]. Columns beyond the edge are 0;
/// rows beyond the edge are undefined.
template <class Arch, class T>
struct WeightBlock {
    static constexpr std::size_t lanes = register_width<T, Arch>;
    alignas(64) T tap[9][lanes][lanes];

    void gather(const WinogradWeights<T>& w, std::size_t sum, std::size_t column) {
        const std::size_t sums = std::min(lanes, w.sums() - sum);
        const std::size_t columns = std::min(lanes, w.columns() - column);
        for (std::size_t i = 0; i < 9; ++i) {
            if (!w.turned) {
                for (std::size_t s = 0; s < sums; ++s) {
                    std::fill_n(tap[i][s], lanes, T{0});
                    std::copy_n(w.weight + (i * w.in + sum + s) * w.out + column, columns, tap[i][s]);
                }
                continue;
            }
            const T* const source = w.weight + ((8 - i) * w.in + column) * w.out + sum;
            if (sums == lanes && columns == lanes) {
                std::array<const T*, lanes> rows;
                for (std::size_t j = 0; j < lanes; ++j) rows[j] = source + j * w.out;
                transpose_block<Arch>(rows.data(), 0, tap[i][0], lanes);
            } else {
                for (std::size_t s = 0; s < sums; ++s) {
                    for (std::size_t j = 0; j < lanes; ++j)
                        tap[i][s][j] = j < columns ? source[j * w.out + s] : T{0};
                }
            }
        }
    }
};

/// Transforms the weights that connect the summed channels `sums` to the output channels `columns` (both
/// ranges begin at multiples of the register width), and stores them from `to` on in the layout of `panels`,
/// with a stride of `stride` between points. The first of `sums` is stored in row `first_row` of the panels.
template <class Arch, class T>
void transform_weights(const WinogradWeights<T>& w, Range sums, Range columns, const Panels& panels,
                       std::size_t first_row, T* to, std::size_t stride) {
    using Transform = WinogradTransform<Arch, T>;
    constexpr std::size_t lanes = register_width<T, Arch>;
    std::array<const T*, 9> taps;
    for (std::size_t k = columns.begin; k < columns.end; k += lanes) {
        T* const place = to + panels.offset(first_row, k - columns.begin);
        const std::size_t row = panels.width(k - columns.begin);
        const bool in_place = !w.turned && k + lanes <= w.out;
        for (std::size_t c = sums.begin; c < sums.end; c += lanes) {
            const std::size_t count = std::min(lanes, sums.end - c);
            WeightBlock<Arch, T> block;
            if (!in_place) block.gather(w, c, k);
            for (std::size_t s = 0; s < count; ++s) {
                for (std::size_t i = 0; i < 9; ++i) {
                    taps[i] = in_place ? w.weight + (i * w.in + c + s) * w.out + k : block.tap[i][s];
                }
                Transform::weights(taps.data(), 0, {place + (c - sums.begin + s) * row, stride});
            }
        }
    }
}

}  // namespace alrao::kernels::detail
