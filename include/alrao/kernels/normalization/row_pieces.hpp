#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels {

/// Means and squares of the columns of a matrix over pieces of `piece_rows` rows. Whoever writes
/// the rows may take those of whole pieces while these are in its caches, by a PieceFollower; what
/// is left is taken by `take_rest`. Who does it changes no bit. Made by `row_pieces`.
template <class T>
struct RowPieces {
    Rows extent{};
    Matrix<const T> x{};
    T* sums = nullptr;               ///< `elements(extent)`
    unsigned char* taken = nullptr;  ///< [pieces], 0 until taken; null: none can be taken before
    /// Computes some columns of a piece; prefetches rows `ahead` below into the second-level cache.
    void (*take)(const RowPieces&, std::size_t piece, Range columns, std::size_t ahead) = nullptr;

    [[nodiscard]] static constexpr std::size_t elements(Rows extent) {
        return 2 * piece_count(extent.rows) * extent.columns;
    }
    /// The mean of each column of piece p, and the sum of squared deviations from it. Both are corrected
    /// for the rounding of the mean (Chan, Golub and LeVeque 1983).
    [[nodiscard]] T* mean(std::size_t p) const { return sums + 2 * p * extent.columns; }
    [[nodiscard]] T* squares(std::size_t p) const { return mean(p) + extent.columns; }
};

namespace detail {

/// Distance of the prefetch into the second-level cache, in rows: one piece if rows are wider than the
/// columns that are read at a time, which the hardware prefetcher does not follow; else 0.
[[nodiscard]] constexpr std::size_t rows_ahead(Rows extent) {
    return extent.columns > tile_columns ? piece_rows : 0;
}
template <class T>
[[gnu::always_inline]] inline void fetch(const T* place) {
    __builtin_prefetch(place, 0, 2);
}

template <class Arch, class T>
void take_columns(const RowPieces<T>& pieces, std::size_t p, Range columns, std::size_t ahead) {
    const Matrix<const T>& x = pieces.x;
    const Range rows{p * piece_rows, std::min(pieces.extent.rows, (p + 1) * piece_rows)};
    T* const center = pieces.mean(p);
    sum_tile<Arch, T, 1>(rows, columns, {center}, [&](auto block, std::size_t r, std::size_t c, auto& sum) {
        fetch(x.row(r + ahead) + c);
        sum[0] = sum[0] + block.load(x.row(r) + c);
    });
    const T count = static_cast<T>(rows.size());
    for (std::size_t c = columns.begin; c < columns.end; ++c) center[c] /= count;
    // Corrects the rounding of the means: a channel of equal numbers has exactly their value as its mean,
    // and a sum of squares of exactly 0, for numbers of any size.
    T* const squares = pieces.squares(p);
    T rests[tile_columns];
    for (std::size_t first = columns.begin; first < columns.end; first += tile_columns) {
        const std::size_t width = std::min(columns.end - first, tile_columns);
        sum_tile<Arch, T, 2>(rows, {0, width}, {squares + first, rests},
                             [&](auto block, std::size_t r, std::size_t c, auto& sum) {
                                 const auto apart =
                                     block.load(x.row(r) + first + c) - block.load(center + first + c);
                                 sum[0] = madd(apart, apart, sum[0]);
                                 sum[1] = sum[1] + apart;
                             });
        for (std::size_t c = 0; c < width; ++c) {
            T& of_column = squares[first + c];
            if (!is_finite(of_column)) continue;
            const T rest = rests[c] / count;
            of_column = std::max(T{0}, of_column - rest * rests[c]);
            center[first + c] += rest;
        }
    }
}

/// The pieces among rows that one writer writes in ascending order, all columns of each.
template <class Arch, class T>
class PieceFollower {
public:
    /// A writer of `columns` columns, from some row below `to` on. Where these are not whole rows
    /// of the matrix, nothing is taken.
    PieceFollower(const RowPieces<T>* pieces, const T* to, std::size_t columns, std::size_t row = 0) {
        if (pieces == nullptr || pieces->taken == nullptr || columns != pieces->extent.columns) return;
        pieces_ = pieces;
        first_ = static_cast<std::size_t>(to - pieces->x.data) / pieces->x.stride + row;
        next_ = piece_count(first_);
    }

    /// So many rows are written.
    void reach(std::size_t rows) {
        if (pieces_ != nullptr && first_ + rows >= next_end()) take(first_ + rows);
    }

private:
    [[nodiscard]] std::size_t next_end() const {
        return std::min((next_ + 1) * piece_rows, pieces_->extent.rows);
    }
    [[gnu::noinline]] void take(std::size_t end) {
        const Rows extent = pieces_->extent;
        for (; next_ < piece_count(extent.rows) && next_end() <= end; ++next_) {
            for (std::size_t c = 0; c < extent.columns; c += tile_columns)
                pieces_->take(*pieces_, next_, {c, std::min(extent.columns, c + tile_columns)}, 0);
            pieces_->taken[next_] = 1;
        }
    }

    const RowPieces<T>* pieces_ = nullptr;
    std::size_t first_ = 0, next_ = 0;
};

}  // namespace detail

/// The pieces of x. `taken`, if there is one, begins as zeros.
template <class Backend, class T>
[[nodiscard]] RowPieces<T> row_pieces(Rows extent, Matrix<const T> x, T* sums,
                                      unsigned char* taken = nullptr) {
    return {extent, x, sums, taken, &detail::take_columns<typename Backend::arch, T>};
}

/// Takes the pieces that no writer has taken.
template <class Backend, class T>
void take_rest(const RowPieces<T>& pieces, Threads& threads) {
    const std::size_t ahead = detail::rows_ahead(pieces.extent);
    for_each_tile(threads, pieces.extent.rows, pieces.extent.columns,
                  [&](std::size_t p, Range, Range columns) {
                      if (pieces.taken == nullptr || pieces.taken[p] == 0)
                          pieces.take(pieces, p, columns, ahead);
                  });
}

}  // namespace alrao::kernels
