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

/// Means and sums of squares of the columns of a matrix, over pieces of `piece_rows` rows. A kernel that
/// writes the rows can compute those of complete pieces with a PieceFollower while the rows are in its
/// caches; `take_rest` computes the remaining ones. Both compute the same bits. The function `row_pieces`
/// creates objects of this type.
template <class T>
struct RowPieces {
    Rows extent{};
    Matrix<const T> x{};
    T* sums = nullptr;  ///< `elements(extent)` elements: the means and squares
    /// [pieces], 1 for a piece that is computed, 0 before. Null: all pieces are left to `take_rest`.
    unsigned char* taken = nullptr;
    /// Computes some columns of a piece and prefetches the rows `ahead` below into the second-level cache.
    void (*take)(const RowPieces&, std::size_t piece, Range columns, std::size_t ahead) = nullptr;

    /// The number of elements of `sums`.
    [[nodiscard]] static constexpr std::size_t elements(Rows extent) {
        return 2 * piece_count(extent.rows) * extent.columns;
    }
    /// mean(p) points to the mean of each column of piece p, squares(p) to the sums of squared deviations
    /// from it. Both are corrected for the rounding of the mean (Chan, Golub and LeVeque 1983).
    [[nodiscard]] T* mean(std::size_t p) const { return sums + 2 * p * extent.columns; }
    [[nodiscard]] T* squares(std::size_t p) const { return mean(p) + extent.columns; }
};

namespace detail {

/// Distance of the prefetch into the second-level cache, in rows: one piece if rows are wider than the
/// `tile_columns` columns that are read at a time, because the hardware prefetcher does not follow such reads;
/// else 0.
[[nodiscard]] constexpr std::size_t rows_ahead(Rows extent) {
    return extent.columns > tile_columns ? piece_rows : 0;
}
/// Prefetches a cache line into the second-level cache.
template <class T>
[[gnu::always_inline]] inline void fetch(const T* place) {
    __builtin_prefetch(place, 0, 2);
}

/// Computes the means and squares of some columns of piece p.
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
    // Corrects the rounding of the means: the mean of a column of equal numbers is exactly that number,
    // and its sum of squares is exactly 0, for numbers of any size.
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

/// Computes the pieces of a matrix while one writer writes its rows in ascending order.
template <class Arch, class T>
class PieceFollower {
public:
    /// For a writer of `columns` columns that starts at row `row` below the address `to`. If it does not
    /// write whole rows of the matrix, no pieces are computed.
    PieceFollower(const RowPieces<T>* pieces, const T* to, std::size_t columns, std::size_t row = 0) {
        if (pieces == nullptr || pieces->taken == nullptr || columns != pieces->extent.columns) return;
        pieces_ = pieces;
        first_ = static_cast<std::size_t>(to - pieces->x.data) / pieces->x.stride + row;
        next_ = piece_count(first_);
    }

    /// Computes the pieces that are complete after the first `rows` rows have been written.
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

/// The pieces of x.
/// @param sums memory for RowPieces::elements(extent) elements
/// @param taken [piece_count(rows)] zeros; null: all pieces are left to `take_rest`
template <class Backend, class T>
[[nodiscard]] RowPieces<T> row_pieces(Rows extent, Matrix<const T> x, T* sums,
                                      unsigned char* taken = nullptr) {
    return {extent, x, sums, taken, &detail::take_columns<typename Backend::arch, T>};
}

/// Computes the pieces that have not been computed yet.
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
