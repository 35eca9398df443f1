#pragma once

#include <alrao/kernels/convolution_axis.hpp>
#include <alrao/kernels/convolution_product.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/simd.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// table[i * stride] = where the cell finds the i-th of these taps, from a channel on.
template <class T>
void point_at_taps(const GatheredPixels<T>& a, const Cell& cell, Range taps, std::size_t channel,
                   const T** table, std::size_t stride) {
    if (taps.empty()) return;
    const std::size_t across = a.grid.horizontal.taps;
    std::size_t v = taps.begin / across, h = taps.begin % across;
    for (std::size_t t = taps.begin; t < taps.end; ++t, table += stride) {
        *table = a.at(cell, v, h) + channel;
        if (++h == across) {
            h = 0;
            ++v;
        }
    }
}

/// table[i] = where the i-th of these cells finds a tap.
template <class T>
void point_at_cells(const GatheredPixels<T>& a, std::size_t tap, Range cells, const T** table) {
    if (cells.empty()) return;
    const std::size_t v = tap / a.grid.horizontal.taps, h = tap % a.grid.horizontal.taps;
    Cell cell = a.grid.cell(cells.begin);
    for (std::size_t p = 0; p < cells.size(); ++p, a.grid.advance(cell))
        table[p] = a.at(cell, v, h);
}

/// Copies `count` elements: whole registers, then pieces of fixed sizes, since masked stores are
/// slow.
template <class Arch, class T>
[[gnu::always_inline]] inline void copy_row(const T* from, std::size_t count, T* to) {
    constexpr std::size_t width = batch_width<T, Arch>;
    for (; count >= width; count -= width, from += width, to += width)
        Batch<T, Arch>::load_unaligned(from).store_unaligned(to);
    const auto piece = [&]<std::size_t Size>() {
        if ((count & Size) == 0) return;
        __builtin_memcpy(to, from, Size * sizeof(T));
        from += Size;
        to += Size;
    };
    if constexpr (width > 8) piece.template operator()<8>();
    piece.template operator()<4>();
    piece.template operator()<2>();
    piece.template operator()<1>();
}

/// The rows of A for `count` cells from `first` on, all of one line: [count][stride], of which
/// what lies behind the columns is not touched. Where pixels follow each other without gaps, a row
/// of taps is one piece of memory.
template <class Arch, class T>
void gather_line(const GatheredPixels<T>& a, const Cell& first, std::size_t count,
                 std::size_t stride, T* gathered) {
    const TapAxis &vertical = a.grid.vertical, &horizontal = a.grid.horizontal;
    const std::size_t taps = horizontal.taps, run = taps * a.channels;
    const bool joined = horizontal.step == 1 && a.pixels.stride == a.channels;
    const TapAxis::Taps lines = vertical.live_taps(first.row);
    const std::ptrdiff_t line = vertical.step * static_cast<std::ptrdiff_t>(horizontal.extent) *
                                static_cast<std::ptrdiff_t>(a.pixels.stride);
    Cell cell = first;
    for (std::size_t i = 0; i < count; ++i, ++cell.column, gathered += stride) {
        TapAxis::Taps live{0, taps};
        if (taps == 0 || !horizontal.live(cell.column, 0) ||
            !horizontal.live(cell.column, taps - 1)) {
            live = horizontal.live_taps(cell.column);
        }
        T* to = gathered;
        if (lines.count != vertical.taps || live.count != taps) std::fill_n(to, a.columns(), T{0});
        if (lines.count == 0 || live.count == 0) continue;
        const T* from = a.at(cell, lines.first, live.first);
        to += lines.first * run + live.first * a.channels;
        for (std::size_t v = 0; v < lines.count; ++v, from += line, to += run) {
            if (joined) {
                copy_row<Arch>(from, live.count * a.channels, to);
                continue;
            }
            for (std::size_t h = 0; h < live.count; ++h) {
                copy_row<Arch>(a.at(cell, lines.first + v, live.first + h), a.channels,
                               to + h * a.channels);
            }
        }
    }
}

/// The rows of A for a range of cells.
template <class Arch, class T>
void gather_cells(const GatheredPixels<T>& a, Range cells, std::size_t stride, T* gathered) {
    if (cells.empty()) return;
    Cell cell = a.grid.cell(cells.begin);
    for (std::size_t left = cells.size(); left != 0;) {
        const std::size_t count = std::min(left, a.grid.horizontal.places - cell.column);
        gather_line<Arch>(a, cell, count, stride, gathered);
        gathered += count * stride;
        left -= count;
        cell.column += count - 1;
        a.grid.advance(cell);
    }
}

}  // namespace alrao::kernels::detail
