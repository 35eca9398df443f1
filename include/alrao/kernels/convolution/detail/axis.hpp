#pragma once

#include <alrao/shape/window.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace alrao::kernels::detail {

/// One axis of a convolution, as seen from the array that is written. There are `places` positions, each
/// with the same `taps` taps. At position i, tap t reads coordinate start + i scale + t step of the array
/// that is read; outside [0, extent) it reads padding. Position i is written at out_first + i out_step.
/// Tap t has the kernel index kernel_first + t kernel_step. A tap is live if it does not read padding.
struct TapAxis {
    std::size_t places, taps, extent;
    std::ptrdiff_t start, scale, step;
    std::size_t out_first, out_step, kernel_first, kernel_step;

    [[nodiscard]] constexpr std::ptrdiff_t coordinate(std::size_t place, std::size_t tap) const {
        return start + static_cast<std::ptrdiff_t>(place) * scale + static_cast<std::ptrdiff_t>(tap) * step;
    }
    [[nodiscard]] constexpr bool inside(std::ptrdiff_t coordinate) const {
        return coordinate >= 0 && coordinate < static_cast<std::ptrdiff_t>(extent);
    }
    [[nodiscard]] constexpr bool live(std::size_t place, std::size_t tap) const {
        return inside(coordinate(place, tap));
    }
    [[nodiscard]] constexpr std::size_t kernel_index(std::size_t tap) const {
        return kernel_first + tap * kernel_step;
    }

    /// The same axis, restricted to some positions and taps.
    [[nodiscard]] constexpr TapAxis part(std::size_t first_place, std::size_t place_count,
                                         std::size_t first_tap, std::size_t tap_count) const {
        TapAxis axis = *this;
        axis.places = place_count;
        axis.taps = tap_count;
        axis.start = coordinate(first_place, first_tap);
        axis.out_first += first_place * out_step;
        axis.kernel_first += first_tap * kernel_step;
        return axis;
    }

    /// The same axis with the taps in ascending order of the coordinates that they read. (A negative
    /// kernel_step is stored modulo 2^n; the kernel indices are correct modulo 2^n.)
    [[nodiscard]] constexpr TapAxis ascending() const {
        if (step >= 0 || taps == 0) return *this;
        TapAxis axis = *this;
        axis.start = coordinate(0, taps - 1);
        axis.step = -step;
        axis.kernel_first = kernel_index(taps - 1);
        axis.kernel_step = std::size_t{0} - kernel_step;
        return axis;
    }

    /// The taps that are live at position i. They are consecutive, because coordinates rise or fall with
    /// the tap.
    struct Taps {
        std::size_t first, count;
        friend constexpr bool operator==(const Taps&, const Taps&) = default;
    };
    [[nodiscard]] constexpr Taps live_taps(std::size_t place) const {
        Taps found{0, 0};
        for (std::size_t t = 0; t < taps; ++t) {
            if (!live(place, t)) continue;
            if (found.count++ == 0) found.first = t;
        }
        return found;
    }

    /// The positions at which tap t is live; they are consecutive.
    [[nodiscard]] constexpr TapAxis of_tap(std::size_t tap) const {
        std::size_t first = 0;
        while (first < places && !live(first, tap)) ++first;
        std::size_t end = first;
        while (end < places && live(end, tap)) ++end;
        return part(first, end - first, tap, 1);
    }

    /// The same axis without the taps that are live at no position.
    [[nodiscard]] constexpr TapAxis without_dead_taps() const {
        std::size_t first = taps, end = 0;
        for (std::size_t i = 0; i < places; ++i) {
            const Taps found = live_taps(i);
            if (found.count == 0) continue;
            first = std::min(first, found.first);
            end = std::max(end, found.first + found.count);
        }
        return part(0, places, std::min(first, end), end - std::min(first, end));
    }
};

/// The axis of the forward pass: positions are outputs, which read the input.
[[nodiscard]] constexpr TapAxis forward_axis(const WindowAxis& window, std::size_t input,
                                             std::size_t output) {
    return {.places = output,
            .taps = window.kernel,
            .extent = input,
            .start = -static_cast<std::ptrdiff_t>(window.padding),
            .scale = static_cast<std::ptrdiff_t>(window.stride),
            .step = static_cast<std::ptrdiff_t>(window.dilation),
            .out_first = 0,
            .out_step = 1,
            .kernel_first = 0,
            .kernel_step = 1};
}

/// The axis of the input's gradient for the positions phase, phase + stride, ..., which read the output's
/// gradient. Position h reads, with kernel index q, the coordinate (h + padding - q dilation) / stride if
/// it is an integer. These q are the same for all positions of a phase, and consecutive ones differ by
/// stride / gcd(stride, dilation).
[[nodiscard]] constexpr TapAxis backward_axis(const WindowAxis& window, std::size_t input, std::size_t output,
                                              std::size_t phase) {
    const std::size_t stride = window.stride, dilation = window.dilation;
    const std::size_t every = stride / std::gcd(stride, dilation);
    std::size_t first = 0;
    while (first < every && (phase + window.padding + first * dilation * (stride - 1)) % stride != 0) ++first;
    const bool reached = first < std::min(every, window.kernel);
    const auto distance =
        static_cast<std::ptrdiff_t>(phase + window.padding) - static_cast<std::ptrdiff_t>(first * dilation);
    return {.places = phase < input ? (input - phase + stride - 1) / stride : 0,
            .taps = reached ? (window.kernel - first + every - 1) / every : 0,
            .extent = output,
            .start = reached ? distance / static_cast<std::ptrdiff_t>(stride) : 0,
            .scale = 1,
            .step = -static_cast<std::ptrdiff_t>(every * dilation / stride),
            .out_first = phase,
            .out_step = stride,
            .kernel_first = first,
            .kernel_step = every};
}

/// Calls f(part) for each run of positions with the same live taps. If `apart` is false, calls it once
/// for all positions, with the taps that are live at any of them.
template <class F>
void for_each_run(const TapAxis& axis, bool apart, F&& f) {
    if (!apart) return f(axis.without_dead_taps());
    for (std::size_t first = 0; first < axis.places;) {
        const TapAxis::Taps taps = axis.live_taps(first);
        std::size_t end = first + 1;
        while (end < axis.places && axis.live_taps(end) == taps) ++end;
        f(axis.part(first, end - first, taps.first, taps.count));
        first = end;
    }
}

}  // namespace alrao::kernels::detail
