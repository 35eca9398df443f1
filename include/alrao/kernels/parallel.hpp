#pragma once

#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>

namespace alrao::kernels {

/// Work with fewer than twice this number of elements runs on one thread, because starting the threads
/// would take longer.
inline constexpr std::size_t elements_worth_a_thread = 8192;

namespace detail {

/// Pointer to a function f(context, begin, end) that calls the argument of `split_work`, to which `context`
/// points. `split_pieces` therefore does not depend on the type of the argument.
using Piecework = void (*)(void* context, std::size_t begin, std::size_t end);

inline void split_pieces(Threads& threads, std::size_t items, std::size_t granule, std::size_t elements,
                         Piecework f, void* context) {
    if (threads.count() == 1 || elements < 2 * elements_worth_a_thread) {
        if (items != 0) f(context, 0, items);
        return;
    }
    threads.run([&](int thread) {
        const Range range = split_range(items, threads.count(), thread, granule);
        if (!range.empty()) f(context, range.begin, range.end);
    });
}

/// Calls the object of type F to which `context` points. This is a function template and not a lambda,
/// because the closure class of a lambda would make the mangled names longer for each F.
template <class F>
void call_piece(void* context, std::size_t begin, std::size_t end) {
    (*static_cast<F*>(context))(begin, end);
}

}  // namespace detail

/// Calls f(begin, end) on contiguous pieces of [0, items), one per thread. Piece boundaries are multiples
/// of `granule`. Calls f(0, items) on the calling thread if the pool has one thread or if `elements`, the
/// amount of work, is below 2 * elements_worth_a_thread. Does not call f if `items` is 0.
template <class F>
void split_work(Threads& threads, std::size_t items, std::size_t granule, std::size_t elements, F f) {
    detail::split_pieces(threads, items, granule, elements, &detail::call_piece<F>, &f);
}

/// The number of rows that are summed as one piece. It is a constant, so sums do not depend on the number
/// of threads.
inline constexpr std::size_t piece_rows = 128;

/// The number of columns of a tile: several cache lines, so that threads do not write to the same lines.
inline constexpr std::size_t tile_columns = 64;

/// The number of pieces of `piece_rows` rows that cover `rows` rows.
[[nodiscard]] constexpr std::size_t piece_count(std::size_t rows) {
    return (rows + piece_rows - 1) / piece_rows;
}

/// Covers a matrix with tiles of `piece_rows` rows and `tile_columns` columns, which are split over the
/// threads, and calls f(number of the piece of rows, rows, columns) for each.
template <class F>
void for_each_tile(Threads& threads, std::size_t rows, std::size_t columns, F&& f) {
    const std::size_t across = (columns + tile_columns - 1) / tile_columns;
    split_work(threads, piece_count(rows) * across, 1, rows * columns,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t tile = begin; tile < end; ++tile) {
                       const std::size_t piece = tile / across;
                       const std::size_t row = piece * piece_rows;
                       const std::size_t column = tile % across * tile_columns;
                       f(piece, Range{row, std::min(rows, row + piece_rows)},
                         Range{column, std::min(columns, column + tile_columns)});
                   }
               });
}

/// Atomically sets `target` to the larger of `target` and `value` (magnitudes). Several threads may call
/// it at once; the result does not depend on the order of the calls.
template <class T>
void merge_largest(T& target, T value) {
    const std::atomic_ref<T> shared(target);
    T seen = shared.load(std::memory_order_relaxed);
    for (;;) {
        const T wanted = magnitude_max(seen, value);
        if (std::bit_cast<MagnitudeBits<T>>(wanted) == std::bit_cast<MagnitudeBits<T>>(seen)) return;
        if (shared.compare_exchange_weak(seen, wanted, std::memory_order_relaxed)) return;
    }
}

}  // namespace alrao::kernels
