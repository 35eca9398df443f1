#pragma once

#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// Where an update stores the largest magnitude of each column of the parameters and of the rule's state:
/// [columns] each, or null. Magnitudes are compared as bits, so infinite and NaN values are kept.
template <class T>
struct Magnitudes {
    T* parameter = nullptr;
    T* state = nullptr;
};

/// The largest number of state buffers of a step.
inline constexpr std::size_t most_states = 4;

namespace detail {

/// The arrays of one parameter that a step works on.
template <class T>
struct StepArrays {
    const T* gradient;
    T* parameter;
    T* state[most_states];
};

/// `count` rows of full registers: columns [begin, end) of each. The first row starts at element `origin`;
/// the row stride is `stride`.
struct StepRows {
    std::size_t origin, count, stride, begin, end;
};

/// Applies a step to some rows. They share one load of the rates and one update of the magnitudes, which
/// become the maximum of their old values and the new ones. This is the only function that is compiled
/// for each type of step; it is called through a pointer.
template <class Arch, class T, class Step>
void step_vectors(const void* step, const StepArrays<T>& arrays, const StepRows& rows, const T* rate,
                  Magnitudes<T> largest) {
    using Vector = Register<T, Arch>;
    const Step apply = *static_cast<const Step*>(step);
    const auto [origin, count, stride, begin, end] = rows;
    const T* const g = arrays.gradient + origin;
    T* const w = arrays.parameter + origin;
    std::array<T*, Step::states> buffer;
    for (std::size_t i = 0; i < Step::states; ++i) buffer[i] = arrays.state[i] + origin;
    const auto report = [](T* target, Largest<Arch, T> seen) {
        if (target == nullptr) return;
        seen.see(Vector::load_unaligned(target));
        seen.value().store_unaligned(target);
    };
    for (std::size_t c = begin; c < end; c += Vector::size) {
        const auto prepared = apply.prepare(Vector::load_unaligned(rate + c));
        Largest<Arch, T> of_parameter, of_state;
        std::size_t at = c;
        for (std::size_t r = 0; r < count; ++r, at += stride) {
            std::array<Vector, Step::states> s;
            for (std::size_t i = 0; i < Step::states; ++i) s[i] = Vector::load_unaligned(buffer[i] + at);
            // The hardware prefetcher follows a row only, and rows are short.
            if (sizeof(Vector) == 64 || c % (64 / sizeof(T)) == 0) {
                __builtin_prefetch(g + at + count * stride);
                __builtin_prefetch(w + at + count * stride, 1);
            }
            const Vector after =
                apply.apply(prepared, Vector::load_unaligned(g + at), Vector::load_unaligned(w + at), s);
            after.store_unaligned(w + at);
            of_parameter.see(after);
            for (std::size_t i = 0; i < Step::states; ++i) {
                s[i].store_unaligned(buffer[i] + at);
                of_state.see(s[i]);
            }
        }
        report(largest.parameter ? largest.parameter + c : nullptr, of_parameter);
        if constexpr (Step::states != 0) report(largest.state ? largest.state + c : nullptr, of_state);
    }
}

/// The arrays of one parameter and a step of any type, whose type is erased.
template <class Arch, class T>
struct Stream {
    static constexpr std::size_t width = register_width<T, Arch>;
    using Kernel = void (*)(const void*, const StepArrays<T>&, const StepRows&, const T*, Magnitudes<T>);

    const void* step;
    Kernel kernel;
    std::size_t states;
    StepArrays<T> arrays;

    template <class Step>
    Stream(const Step& s, const T* gradient, T* parameter, const std::array<T*, Step::states>& state)
        : step(&s),
          kernel(&step_vectors<Arch, T, Step>),
          states(Step::states),
          arrays{gradient, parameter, {}} {
        static_assert(Step::states <= most_states,
                      "alrao: an update step can have at most four state buffers");
        for (std::size_t i = 0; i < Step::states; ++i) arrays.state[i] = state[i];
    }

    /// Updates columns [begin, end) of rows with a row stride of `stride`, the first at element `origin`.
    /// The magnitudes become the maximum of their old values and the new ones.
    void rows(std::size_t origin, std::size_t count, std::size_t stride, std::size_t begin, std::size_t end,
              const T* rate, Magnitudes<T> largest) const {
        const std::size_t whole = begin + (end - begin) / width * width;
        for (std::size_t r = 0; r < count && begin < whole; r += together) {
            kernel(step, arrays, {origin + r * stride, std::min(together, count - r), stride, begin, whole},
                   rate, largest);
        }
        for (std::size_t r = 0; r < count && whole < end; ++r)
            copied(origin + r * stride + whole, end - whole, rate + whole,
                   {largest.parameter ? largest.parameter + whole : nullptr,
                    largest.state ? largest.state + whole : nullptr},
                   true);
    }

    /// Updates `count` elements, at most a register's width, from `origin` on, in a buffer that is filled
    /// up with zeros. The same arithmetic is used as for full registers. The results are copied back only
    /// if `commit` is true.
    [[gnu::noinline]] void copied(std::size_t origin, std::size_t count, const T* rate, Magnitudes<T> largest,
                                  bool commit) const {
        T lane[5 + most_states][width] = {};
        const auto take = [&](T* to, const T* from) {
            for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
        };
        take(lane[0], rate);
        take(lane[1], arrays.gradient + origin);
        take(lane[2], arrays.parameter + origin);
        StepArrays<T> copy{lane[1], lane[2], {}};
        for (std::size_t i = 0; i < states; ++i) {
            copy.state[i] = lane[5 + i];
            take(copy.state[i], arrays.state[i] + origin);
        }
        kernel(step, copy, {0, 1, 0, 0, width}, lane[0], {lane[3], lane[4]});
        for (std::size_t i = 0; i < count; ++i) {
            if (largest.parameter) largest.parameter[i] = magnitude_max(largest.parameter[i], lane[3][i]);
            if (largest.state) largest.state[i] = magnitude_max(largest.state[i], lane[4][i]);
        }
        if (!commit) return;
        take(arrays.parameter + origin, lane[2]);
        for (std::size_t i = 0; i < states; ++i) take(arrays.state[i] + origin, copy.state[i]);
    }

private:
    static constexpr std::size_t together = 4;
};

}  // namespace detail

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
