#pragma once

#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao::kernels {

/// The number of elements that are summed as one piece. It is a constant, so sums do not depend on the number of
/// threads.
inline constexpr std::size_t piece_elements = 1024;

/// The size of the workspace of `squared_distance`, in doubles.
[[nodiscard]] constexpr std::size_t squared_distance_workspace(std::size_t elements) {
    return 2 * ((elements + piece_elements - 1) / piece_elements);
}

/// Returns the sum of (w - start)^2 and the sum of gradient^2, in double. The bits do not depend on the number of
/// threads.
/// @param gradient, w, start [elements]
/// @param workspace squared_distance_workspace(elements) doubles
template <class Backend, class T>
[[nodiscard]] std::array<double, 2> squared_distance(std::size_t elements, const T* gradient, const T* w,
                                                     const T* start, double* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const std::size_t pieces = (elements + piece_elements - 1) / piece_elements;
    split_work(threads, pieces, 1, elements, [&](std::size_t begin, std::size_t end) {
        for (std::size_t piece = begin; piece < end; ++piece) {
            Vector moved(T{0}), squares(T{0});
            const std::size_t last = std::min(elements, (piece + 1) * piece_elements);
            for_each_vector<Arch, T>(piece * piece_elements, last, [&](auto vector, std::size_t i) {
                const Vector g = vector.load(gradient + i);
                const Vector apart = vector.load(w + i) - vector.load(start + i);
                moved = madd(apart, apart, moved);
                squares = madd(g, g, squares);
            });
            workspace[2 * piece] = static_cast<double>(hadd(moved));
            workspace[2 * piece + 1] = static_cast<double>(hadd(squares));
        }
    });
    std::array<double, 2> sums{};
    for (std::size_t piece = 0; piece < pieces; ++piece)
        for (std::size_t s = 0; s < 2; ++s) sums[s] += workspace[2 * piece + s];
    return sums;
}

}  // namespace alrao::kernels
