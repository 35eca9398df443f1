#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/update/detail/stream.hpp>
#include <alrao/kernels/update/step.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <type_traits>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

namespace detail {

/// The largest row, in elements, that is kept on the stack.
inline constexpr std::size_t longest_pattern = 2048;

/// target[c] = the maximum of target[c] and from[c + i columns] for all i; overwrites `from`. `alone` is
/// true if no other thread writes to `target` at the same time.
template <class T>
void merge_period(T* target, T* from, std::size_t columns, std::size_t period, bool alone) {
    if (target == nullptr) return;
    for (std::size_t i = columns; i < period; ++i)
        from[i % columns] = magnitude_max(from[i % columns], from[i]);
    for (std::size_t c = 0; c < columns; ++c) {
        if (alone) {
            target[c] = magnitude_max(target[c], from[c]);
        } else {
            merge_largest(target[c], from[c]);
        }
    }
}

/// Updates a matrix whose row length is not a multiple of the register width. `repeats` consecutive rows are
/// treated as one row, whose length is a multiple, and the rates are repeated, so that no register is partly
/// filled.
template <class Arch, class T>
void stream_repeated(const Stream<Arch, T>& stream, Rows extent, std::size_t repeats, const T* rate,
                     Magnitudes<T> largest, Threads& threads) {
    const std::size_t period = repeats * extent.columns;
    const std::size_t whole = extent.rows / repeats;
    const std::size_t elements = extent.rows * extent.columns;
    split_work(threads, whole, 4, elements, [&](std::size_t begin, std::size_t end) {
        alignas(64) T rates[longest_pattern], of_parameter[longest_pattern], of_state[longest_pattern];
        for (std::size_t i = 0; i < period; i += extent.columns) {
            std::copy_n(rate, extent.columns, rates + i);
        }
        const Magnitudes<T> local{largest.parameter ? of_parameter : nullptr,
                                  largest.state ? of_state : nullptr};
        if (local.parameter) std::fill_n(of_parameter, period, T{0});
        if (local.state) std::fill_n(of_state, period, T{0});
        stream.rows(begin * period, end - begin, period, 0, period, rates, local);

        const bool alone = end - begin == whole;
        merge_period(largest.parameter, of_parameter, extent.columns, period, alone);
        merge_period(largest.state, of_state, extent.columns, period, alone);
    });
    stream.rows(whole * period, extent.rows - whole * repeats, extent.columns, 0, extent.columns, rate,
                largest);
}

/// Updates the columns `across`; the threads split the rows, so that they write to distant addresses.
template <class Arch, class T>
void stream_rows(const Stream<Arch, T>& stream, Rows extent, Range across, const T* rate,
                 Magnitudes<T> largest, Threads& threads) {
    split_work(threads, extent.rows, 4, extent.rows * across.size(), [&](std::size_t begin, std::size_t end) {
        if (end - begin == extent.rows) {
            stream.rows(0, extent.rows, extent.columns, across.begin, across.end, rate, largest);
            return;
        }
        alignas(64) T of_parameter[longest_pattern], of_state[longest_pattern];
        for (std::size_t c = across.begin; c < across.end; c += longest_pattern) {
            const std::size_t columns = std::min(longest_pattern, across.end - c);
            Magnitudes<T> local;
            if (largest.parameter) local.parameter = std::fill_n(of_parameter, columns, T{0}) - columns;
            if (largest.state) local.state = std::fill_n(of_state, columns, T{0}) - columns;
            stream.rows(begin * extent.columns + c, end - begin, extent.columns, 0, columns, rate + c, local);
            if (local.parameter) merge_period(largest.parameter + c, of_parameter, columns, columns, false);
            if (local.state) merge_period(largest.state + c, of_state, columns, columns, false);
        }
    });
}

/// Sets the magnitudes to 0. Without state buffers, `largest.state` becomes null.
template <class T>
void reset_magnitudes(Magnitudes<T>& largest, std::size_t columns, std::size_t states) {
    if (largest.parameter) std::fill_n(largest.parameter, columns, T{0});
    if (largest.state) std::fill_n(largest.state, columns, T{0});
    if (states == 0) largest.state = nullptr;
}

/// Updates the columns `across` of every row.
template <class Arch, class T>
void stream_columns(const Stream<Arch, T>& stream, Rows extent, Range across, const T* rate,
                    Magnitudes<T> largest, Threads& threads) {
    if (extent.rows >= 8 * static_cast<std::size_t>(threads.count())) {
        stream_rows(stream, extent, across, rate, largest, threads);
        return;
    }
    split_work(threads, across.size(), register_width<T, Arch>, extent.rows * across.size(),
               [&](std::size_t begin, std::size_t end) {
                   stream.rows(0, extent.rows, extent.columns, across.begin + begin, across.begin + end, rate,
                               largest);
               });
}

/// Updates all rows and columns.
template <class Arch, class T>
void stream_update(const Stream<Arch, T>& stream, Rows extent, const T* rate, Magnitudes<T> largest,
                   Threads& threads) {
    constexpr std::size_t width = register_width<T, Arch>;
    reset_magnitudes(largest, extent.columns, stream.states);
    if (extent.columns == 0) return;
    const std::size_t repeats = width / std::gcd(extent.columns, width);
    if (repeats != 1 && repeats <= extent.rows && repeats * extent.columns <= longest_pattern) {
        stream_repeated(stream, extent, repeats, rate, largest, threads);
    } else {
        stream_columns(stream, extent, {0, extent.columns}, rate, largest, threads);
    }
}

/// Computes the magnitudes that an update would give, without changing the parameters.
template <class Arch, class T>
[[gnu::cold]] void stream_trial(const Stream<Arch, T>& stream, Rows extent, const T* rate,
                                Magnitudes<T> largest) {
    constexpr std::size_t width = register_width<T, Arch>;
    reset_magnitudes(largest, extent.columns, stream.states);
    for (std::size_t r = 0; r < extent.rows; ++r) {
        for (std::size_t c = 0; c < extent.columns; c += width) {
            stream.copied(r * extent.columns + c, std::min(width, extent.columns - c), rate + c,
                          {largest.parameter ? largest.parameter + c : nullptr,
                           largest.state ? largest.state + c : nullptr},
                          false);
        }
    }
}

/// A stream over constant arrays. Only `copied` with commit = false may be called, because it does not
/// write to them.
template <class Arch, class T, class Step>
[[nodiscard]] Stream<Arch, T> read_only(const Step& step, const T* gradient, const T* w,
                                        const std::array<const T*, Step::states>& state) {
    std::array<T*, Step::states> untouched{};
    for (std::size_t i = 0; i < Step::states; ++i) untouched[i] = const_cast<T*>(state[i]);
    return {step, gradient, const_cast<T*>(w), untouched};
}

}  // namespace detail

/// Applies one step to [rows][columns] contiguous parameters w, in one pass over memory.
/// @param rate [columns]
/// @param gradient [rows][columns]
/// @param state the state buffers of the step, [rows][columns] each
/// @param largest output: the largest magnitudes per column after the step
template <class Backend, class T, class Step>
void update(const Step& step, Rows extent, const T* rate, const T* gradient, T* w,
            const std::array<T*, Step::states>& state, Magnitudes<T> largest, Threads& threads) {
    const detail::Stream<typename Backend::arch, T> stream{step, gradient, w, state};
    detail::stream_update(stream, extent, rate, largest, threads);
}

/// Like `update`, for the columns `across` of each row; the other columns are not accessed. `largest`
/// becomes the maximum of its old values and the new ones.
template <class Backend, class T, class Step>
void update_columns(const Step& step, Rows extent, Range across, const T* rate, const T* gradient, T* w,
                    const std::array<T*, Step::states>& state, Magnitudes<T> largest, Threads& threads) {
    const detail::Stream<typename Backend::arch, T> stream{step, gradient, w, state};
    if (Step::states == 0) largest.state = nullptr;
    detail::stream_columns(stream, extent, across, rate, largest, threads);
}

/// Computes `largest` as `update` would, with the same bits, but does not change w and the state. It is
/// slow: each register is updated in a copy. It is meant for parameters for which upper bounds are not
/// sufficient.
template <class Backend, class T, class Step>
[[gnu::cold]] void trial_update(const Step& step, Rows extent, const T* rate, const T* gradient, const T* w,
                                const std::array<const T*, Step::states>& state, Magnitudes<T> largest,
                                Threads&) {
    const auto stream = detail::read_only<typename Backend::arch, T>(step, gradient, w, state);
    detail::stream_trial(stream, extent, rate, largest);
}

/// Returns whether all parameters and states of one column would be finite after `update`. The answer is
/// exact. It is meant for columns for which upper bounds are not sufficient.
template <class Backend, class T, class Step>
[[nodiscard, gnu::cold]] bool would_stay_finite(const Step& step, Rows extent, std::size_t column,
                                                const T* rate, const T* gradient, const T* w,
                                                const std::array<const T*, Step::states>& state) {
    const auto stream = detail::read_only<typename Backend::arch, T>(step, gradient, w, state);
    T of_parameter{0}, of_state{0};
    for (std::size_t r = 0; r < extent.rows; ++r)
        stream.copied(r * extent.columns + column, 1, rate + column, {&of_parameter, &of_state}, false);
    return is_finite(of_parameter) && is_finite(of_state);
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
