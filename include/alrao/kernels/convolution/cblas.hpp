#pragma once

#include <alrao/kernels/convolution/detail/own.hpp>
#include <alrao/kernels/convolution/detail/product.hpp>
#include <alrao/kernels/convolution/shape.hpp>
#include <alrao/kernels/gemm/epilogue.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/blas.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// Gathered products computed by CBLAS. The cells are processed in bands: the rows of A for the cells of one
/// band are gathered into memory of bounded size and then multiplied.
template <class Arch>
struct GatheredKernel<Cblas<Arch>> {
    static constexpr std::size_t row_granule = 16;
    template <class T>
    static constexpr std::size_t column_granule = 16;
    /// The number of elements of a band, unless a single cell has more.
    static constexpr std::size_t band_size = std::size_t{1} << 19;

    /// The largest number of columns of A, in the forward pass or in the gradient of the input.
    static constexpr std::size_t deepest(const ConvolutionShape& shape) {
        return shape.taps() * std::max(shape.group_channels(), shape.group_out_channels());
    }
    /// The largest number of columns of C.
    static constexpr std::size_t widest(const ConvolutionShape& shape) {
        return std::max(shape.group_channels(), shape.group_out_channels());
    }

    /// The number of elements of workspace per thread: a band of A, a band of C, and B.
    template <class T>
    static constexpr std::size_t workspace(const ConvolutionShape& shape) {
        return 2 * band_size + 2 * deepest(shape) + rounded_up(shape.weights() / shape.window.groups, 16);
    }

    /// Always false. This kernel gathers rows in any case, but if the function returned true,
    /// GatheredConvolution would not divide the outputs into runs of positions with the same live taps, and
    /// padding would be multiplied.
    template <class T>
    static bool gathers_rows(const GatheredPixels<T>&) {
        return false;
    }

    template <class T>
    static void run(const GatheredRows<T>& product, const Share& share, T* buffer) {
        if (share.rows.empty() || share.columns.empty()) return;
        const std::size_t k = product.a.columns(), n = share.columns.size();
        const std::size_t taps = product.a.grid.taps(), channels = product.a.channels;
        const std::size_t band = band_rows(std::max(k, n));
        T* const a = buffer;
        T* const c = a + std::max(band_size, band * k);
        T* const b = c + std::max(band_size, band * n);
        for (std::size_t t = 0; t < taps; ++t) {
            const Matrix<const T> w = product.tap_weights(t);
            for (std::size_t p = 0; p < channels; ++p) {
                T* const to = b + (t * channels + p) * n;
                for (std::size_t j = 0; j < n; ++j) {
                    const std::size_t column = share.columns.begin + j;
                    to[j] = product.transposed ? w.row(column)[p] : w.row(p)[column];
                }
            }
        }
        const bool direct = product.c.all(product.a.grid);
        Epilogue<T> epilogue = product.epilogue;
        if (epilogue.bias != nullptr) epilogue.bias += share.columns.begin;
        if (epilogue.magnitude != nullptr) epilogue.magnitude += share.columns.begin;
        for (std::size_t i = share.rows.begin; i < share.rows.end; i += band) {
            const Range rows{i, std::min(share.rows.end, i + band)};
            gather(product.a, rows, {0, taps}, a);
            const Matrix<T> whole{product.c.pixels.row(i) + share.columns.begin, product.c.pixels.stride};
            const Matrix<T> target = direct ? whole : Matrix<T>{c, n};
            if (!direct && epilogue.accumulate)
                move_band(product, rows, share.columns, c,
                          [](T* ours, T* theirs, std::size_t count) { std::copy_n(theirs, count, ours); });
            multiply(rows.size(), n, k, a, b, target, epilogue.accumulate);
            raise_epilogue<Arch>(rows.size(), n, target, epilogue);
            if (!direct)
                move_band(product, rows, share.columns, c,
                          [](T* ours, T* theirs, std::size_t count) { std::copy_n(ours, count, theirs); });
        }
    }

    /// The number of rows that are divided between threads (Share::rows): one per tap.
    template <class T>
    static std::size_t row_count(const GatheredColumns<T>& product) {
        return product.a.grid.taps();
    }

    template <class T>
    static void run(const GatheredColumns<T>& product, const Share& share, T* buffer) {
        const std::size_t n = share.columns.size(), channels = product.a.channels;
        const std::size_t m = share.rows.size() * channels, cells = product.a.grid.cells();
        if (m == 0 || n == 0) return;
        const std::size_t band = band_rows(std::max(m, n));
        T* const a = buffer;
        T* const b = a + std::max(band_size, band * m);
        T* const c = b + std::max(band_size, band * n);
        if (cells == 0) std::fill_n(c, m * n, T{0});
        for (std::size_t i = 0; i < cells; i += band) {
            const Range rows{i, std::min(cells, i + band)};
            gather(product.a, rows, share.rows, a);
            Cell cell = product.a.grid.cell(i);
            for (std::size_t p = 0; p < rows.size(); ++p, product.a.grid.advance(cell))
                std::copy_n(product.b.at(product.a.grid, cell) + share.columns.begin, n, b + p * n);
            blas::gemm(true, false, m, n, rows.size(), a, m, b, n, i == 0 ? T{0} : T{1}, c, n);
        }
        for (std::size_t t = 0; t < share.rows.size(); ++t) {
            const Matrix<T> w = product.tap_weights(share.rows.begin + t);
            for (std::size_t p = 0; p < channels; ++p)
                std::copy_n(c + (t * channels + p) * n, n, w.row(p) + share.columns.begin);
        }
        Epilogue<T> epilogue;
        epilogue.magnitude = product.magnitude == nullptr ? nullptr : product.magnitude + share.columns.begin;
        raise_epilogue<Arch>(m, n, Matrix<T>{c, n}, epilogue);
    }

private:
    static constexpr std::size_t band_rows(std::size_t columns) {
        return std::max<std::size_t>(1, band_size / std::max<std::size_t>(1, columns));
    }

    /// band(i, (tap, channel)) = the elements of A for the cells `rows` and the taps `taps`.
    template <class T>
    static void gather(const GatheredPixels<T>& a, Range rows, Range taps, T* band) {
        Cell cell = a.grid.cell(rows.begin);
        for (std::size_t i = 0; i < rows.size(); ++i, a.grid.advance(cell)) {
            for (std::size_t t = taps.begin; t < taps.end; ++t, band += a.channels)
                std::copy_n(a.at(cell, t), a.channels, band);
        }
    }

    template <class T, class Move>
    static void move_band(const GatheredRows<T>& product, Range rows, Range columns, T* band, Move&& move) {
        Cell cell = product.a.grid.cell(rows.begin);
        for (std::size_t i = 0; i < rows.size(); ++i, product.a.grid.advance(cell)) {
            move(band + i * columns.size(), product.c.at(product.a.grid, cell) + columns.begin,
                 columns.size());
        }
    }

    template <class T>
    static void multiply(std::size_t m, std::size_t n, std::size_t k, const T* a, const T* b, Matrix<T> c,
                         bool accumulate) {
        if (k != 0) {
            blas::gemm(false, false, m, n, k, a, k, b, n, accumulate ? T{1} : T{0}, c.data, c.stride);
            return;
        }
        for (std::size_t i = 0; i < m && !accumulate; ++i) std::fill_n(c.row(i), n, T{0});
    }
};

}  // namespace alrao::kernels::detail
