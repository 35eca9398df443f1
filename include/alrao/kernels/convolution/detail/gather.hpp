#pragma once

#include <alrao/kernels/convolution/detail/axis.hpp>
#include <alrao/kernels/convolution/detail/product.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/simd.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels::detail {

/// Finds the pixels that some taps of a cell read. For cells without padding, which are most of them, the
/// distances between the taps are the same, so they are computed once.
template <class T, std::size_t Most>
class TapPointers {
public:
    TapPointers(const GatheredPixels<T>& a, Range taps, std::size_t channel)
        : a_(a), taps_(taps), channel_(channel) {
        const std::size_t across = a.grid.horizontal.taps;
        const auto stride = static_cast<std::ptrdiff_t>(a.pixels.stride);
        const auto extent = static_cast<std::ptrdiff_t>(a.grid.horizontal.extent);
        for (std::size_t t = taps.begin; t < taps.end; ++t) {
            const auto v = static_cast<std::ptrdiff_t>(t / across) * a.grid.vertical.step;
            const auto h = static_cast<std::ptrdiff_t>(t % across) * a.grid.horizontal.step;
            offset_[t - taps.begin] = (v * extent + h) * stride;
        }
    }

    /// table[i * stride] = pointer to the pixel that the i-th tap of the cell reads, at the given
    /// channel.
    void point(const Cell& cell, const T** table, std::size_t stride) const {
        const TapAxis &vertical = a_.grid.vertical, &horizontal = a_.grid.horizontal;
        if (taps_.empty()) return;
        if (vertical.live(cell.row, 0) && vertical.live(cell.row, vertical.taps - 1) &&
            horizontal.live(cell.column, 0) && horizontal.live(cell.column, horizontal.taps - 1)) {
            const T* const first = a_.at(cell, 0, 0) + channel_;
            for (std::size_t i = 0; i < taps_.size(); ++i) table[i * stride] = first + offset_[i];
        } else {
            for (std::size_t i = 0; i < taps_.size(); ++i)
                table[i * stride] = a_.at(cell, taps_.begin + i) + channel_;
        }
    }

private:
    const GatheredPixels<T>& a_;
    Range taps_;
    std::size_t channel_;
    std::array<std::ptrdiff_t, Most> offset_;
};

/// table[i] = pointer to the pixel that a tap of the i-th of these cells reads.
template <class T>
void point_at_cells(const GatheredPixels<T>& a, std::size_t tap, Range cells, const T** table) {
    if (cells.empty()) return;
    const TapAxis& horizontal = a.grid.horizontal;
    const std::size_t v = tap / horizontal.taps, h = tap % horizontal.taps;
    const auto step = horizontal.scale * static_cast<std::ptrdiff_t>(a.pixels.stride);
    Cell cell = a.grid.cell(cells.begin);
    for (std::size_t left = cells.size(); left != 0;) {
        const std::size_t count = std::min(left, horizontal.places - cell.column);
        const std::size_t last = cell.column + count - 1;
        if (a.grid.vertical.live(cell.row, v) && horizontal.live(cell.column, h) &&
            horizontal.live(last, h)) {
            const T* const from = a.at(cell, v, h);
            for (std::size_t i = 0; i < count; ++i) table[i] = from + static_cast<std::ptrdiff_t>(i) * step;
        } else {
            for (std::size_t i = 0; i < count; ++i)
                table[i] = a.at({cell.image, cell.row, cell.column + i}, v, h);
        }
        table += count;
        left -= count;
        cell.column = last;
        a.grid.advance(cell);
    }
}

/// Copies `count` elements: full registers, then pieces of fixed sizes, because masked stores are slow.
template <class Arch, class T>
[[gnu::always_inline]] inline void copy_row(const T* from, std::size_t count, T* to) {
    constexpr std::size_t width = register_width<T, Arch>;
    for (; count >= width; count -= width, from += width, to += width)
        Register<T, Arch>::load_unaligned(from).store_unaligned(to);
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

/// Gathers the rows of A for `count` cells of one line, from cell `first` on, into [count][stride].
/// Elements of a row beyond its columns are not written. If pixels are contiguous, the taps of a row are
/// copied at once.
template <class Arch, class T>
void gather_line(const GatheredPixels<T>& a, const Cell& first, std::size_t count, std::size_t stride,
                 T* gathered) {
    const TapAxis &vertical = a.grid.vertical, &horizontal = a.grid.horizontal;
    const std::size_t taps = horizontal.taps, run = taps * a.channels;
    const bool joined = horizontal.step == 1 && a.pixels.stride == a.channels;
    const TapAxis::Taps lines = vertical.live_taps(first.row);
    const std::ptrdiff_t line = vertical.step * static_cast<std::ptrdiff_t>(horizontal.extent) *
                                static_cast<std::ptrdiff_t>(a.pixels.stride);
    Cell cell = first;
    for (std::size_t i = 0; i < count; ++i, ++cell.column, gathered += stride) {
        TapAxis::Taps live{0, taps};
        if (taps == 0 || !horizontal.live(cell.column, 0) || !horizontal.live(cell.column, taps - 1)) {
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
                copy_row<Arch>(a.at(cell, lines.first + v, live.first + h), a.channels, to + h * a.channels);
            }
        }
    }
}

/// Gathers the rows of A for a range of cells, into [cells][stride].
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

#pragma GCC diagnostic pop
