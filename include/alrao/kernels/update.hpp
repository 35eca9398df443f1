#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/step.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <type_traits>

namespace alrao::kernels {

/// Where an update reports the largest magnitude of each column, compared as bits, so that what is
/// not finite is not lost: of the parameters, and of the step's state. [columns] each; null if not
/// wanted.
template <class T>
struct Magnitudes {
    T* parameter = nullptr;
    T* state = nullptr;
};

namespace detail {

/// One parameter on its way through a step. With `Commit` false nothing but the magnitudes is
/// written.
template <bool Commit, class Arch, class T, class Step>
struct Stream {
    template <class U>
    using Target = std::conditional_t<Commit, U, const U>;
    static constexpr std::size_t states = Step::states;

    const Step& step;
    const T* gradient;
    Target<T>* parameter;
    std::array<Target<T>*, states> state;

    /// Rows `stride` elements apart, the first at element `origin`, columns [begin, end) of them.
    /// The magnitudes grow from what they are.
    void rows(std::size_t origin, std::size_t count, std::size_t stride, std::size_t begin,
              std::size_t end, const T* rate, Magnitudes<T> largest) const {
        std::size_t r = 0;
        for (; r + 4 <= count; r += 4)
            group<4>(origin + r * stride, stride, begin, end, rate, largest);
        for (; r < count; ++r) group<1>(origin + r * stride, stride, begin, end, rate, largest);
    }

private:
    /// Several rows share one load of the rate and one visit of the magnitudes.
    template <std::size_t Count>
    void group(std::size_t origin, std::size_t stride, std::size_t begin, std::size_t end,
               const T* rate, Magnitudes<T> largest) const {
        for_each_vector<Arch, T>(begin, end, [&](auto vector, std::size_t c) {
            const auto prepared = step.prepare(vector.load(rate + c));
            Largest<Arch, T> of_parameter, of_state;
            unroll<Count>([&](auto r) {
                const std::size_t at = origin + r * stride + c;
                std::array<Batch<T, Arch>, states> s;
                unroll<states>([&](auto i) { s[i] = vector.load(state[i] + at); });
                const Batch<T, Arch> w = step.apply(prepared, vector.load(gradient + at),
                                                    vector.load(parameter + at), s);
                of_parameter.see(w);
                unroll<states>([&](auto i) { of_state.see(s[i]); });
                if constexpr (Commit) {
                    vector.store(parameter + at, w);
                    unroll<states>([&](auto i) { vector.store(state[i] + at, s[i]); });
                }
            });
            const auto report = [&](T* target, Largest<Arch, T>& seen) {
                if (target == nullptr) return;
                seen.see(vector.load(target + c));
                vector.store(target + c, seen.value());
            };
            report(largest.parameter, of_parameter);
            if constexpr (states != 0) report(largest.state, of_state);
        });
    }
};

/// Longest row, in elements, that is kept on the stack.
inline constexpr std::size_t longest_pattern = 2048;

/// Rows that are not a multiple of a vector: several of them are taken as one row that is, with
/// rates repeated, so that a matrix of ten columns streams as fast as one of sixteen.
template <bool Commit, class Arch, class T, class Step>
void stream_repeated(const Stream<Commit, Arch, T, Step>& stream, Rows extent, std::size_t repeats,
                     const T* rate, Magnitudes<T> largest, Threads& threads) {
    const std::size_t period = repeats * extent.columns;
    const std::size_t whole = extent.rows / repeats;
    const std::size_t elements = extent.rows * extent.columns;
    split_work(threads, whole, 4, elements, [&](std::size_t begin, std::size_t end) {
        alignas(64) T rates[longest_pattern], of_parameter[longest_pattern],
            of_state[longest_pattern];
        for (std::size_t i = 0; i < period; i += extent.columns) {
            std::copy_n(rate, extent.columns, rates + i);
        }
        const Magnitudes<T> local{largest.parameter ? of_parameter : nullptr,
                                  largest.state ? of_state : nullptr};
        if (local.parameter) std::fill_n(of_parameter, period, T{0});
        if (local.state) std::fill_n(of_state, period, T{0});
        stream.rows(begin * period, end - begin, period, 0, period, rates, local);

        const bool alone = end - begin == whole;
        const auto merge = [&](T* target, T* from) {
            if (target == nullptr) return;
            for (std::size_t i = extent.columns; i < period; ++i) {
                T& first = from[i % extent.columns];
                first = magnitude_max(first, from[i]);
            }
            for (std::size_t c = 0; c < extent.columns; ++c) {
                if (alone) {
                    target[c] = magnitude_max(target[c], from[c]);
                } else {
                    merge_largest(target[c], from[c]);
                }
            }
        };
        merge(largest.parameter, of_parameter);
        merge(largest.state, of_state);
    });
    stream.rows(whole * period, extent.rows - whole * repeats, extent.columns, 0, extent.columns,
                rate, largest);
}

template <bool Commit, class Arch, class T, class Step>
void stream_all(const Stream<Commit, Arch, T, Step>& stream, Rows extent, const T* rate,
                Magnitudes<T> largest, Threads& threads) {
    constexpr std::size_t width = batch_width<T, Arch>;
    if constexpr (Step::states == 0) {
        if (largest.state) std::fill_n(largest.state, extent.columns, T{0});
        largest.state = nullptr;
    }
    if (largest.parameter) std::fill_n(largest.parameter, extent.columns, T{0});
    if (largest.state) std::fill_n(largest.state, extent.columns, T{0});
    if (extent.columns == 0) return;

    const std::size_t repeats = width / std::gcd(extent.columns, width);
    if (repeats != 1 && repeats <= extent.rows && repeats * extent.columns <= longest_pattern) {
        stream_repeated(stream, extent, repeats, rate, largest, threads);
    } else {
        split_work(threads, extent.columns, width, extent.rows * extent.columns,
                   [&](std::size_t begin, std::size_t end) {
                       stream.rows(0, extent.rows, extent.columns, begin, end, rate, largest);
                   });
    }
}

}  // namespace detail

/// One step of [rows][columns] contiguous parameters w with their gradient, a rate per column and
/// the step's state buffers, all of them like w. One streaming pass.
template <class Backend, class T, class Step>
void update(const Step& step, Rows extent, const T* rate, const T* gradient, T* w,
            const std::array<T*, Step::states>& state, Magnitudes<T> largest, Threads& threads) {
    using Arch = typename Backend::arch;
    detail::stream_all<true, Arch, T, Step>({step, gradient, w, state}, extent, rate, largest,
                                            threads);
}

/// The magnitudes that `update` would leave behind, bit for bit; nothing else is written.
template <class Backend, class T, class Step>
void trial_update(const Step& step, Rows extent, const T* rate, const T* gradient, const T* w,
                  const std::array<const T*, Step::states>& state, Magnitudes<T> largest,
                  Threads& threads) {
    using Arch = typename Backend::arch;
    detail::stream_all<false, Arch, T, Step>({step, gradient, w, state}, extent, rate, largest,
                                             threads);
}

/// Whether all parameters and states of one column would be finite after `update`: exact, for the
/// rare column whose bounds cannot tell.
template <class Backend, class T, class Step>
[[nodiscard]] bool would_stay_finite(const Step& step, Rows extent, std::size_t column,
                                     const T* rate, const T* gradient, const T* w,
                                     const std::array<const T*, Step::states>& state) {
    using Arch = typename Backend::arch;
    T of_parameter{0}, of_state{0};
    const detail::Stream<false, Arch, T, Step> stream{step, gradient, w, state};
    // The column becomes column 0 of a matrix that begins there.
    stream.rows(column, extent.rows, extent.columns, 0, 1, rate + column,
                {&of_parameter, &of_state});
    return is_finite(of_parameter) && is_finite(of_state);
}

}  // namespace alrao::kernels
