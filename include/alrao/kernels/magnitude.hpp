#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// largest[c] = max over rows of |x[r][c]|. The values are compared as bit patterns, so the result is not
/// finite if any element of the column is not finite.
template <class Backend, class T>
void column_magnitude(Rows extent, Matrix<const T> x, T* largest, Threads& threads) {
    using Arch = typename Backend::arch;
    const auto columns = [&](std::size_t begin, std::size_t end) {
        for_each_block<Arch, T>(begin, end, [&](auto block, std::size_t first) {
            constexpr std::size_t count = decltype(block)::vectors;
            Largest<Arch, T> seen[count];
            for (std::size_t r = 0; r < extent.rows; ++r) {
                const T* row = x.row(r) + first;
                unroll<count>([&](auto i) { seen[i].see(block.load(row + i * register_width<T, Arch>)); });
            }
            unroll<count>(
                [&](auto i) { block.store(largest + first + i * register_width<T, Arch>, seen[i].value()); });
        });
    };
    split_work(threads, extent.columns, tile_columns, extent.rows * extent.columns, columns);
}

namespace detail {

/// max |x[i]|, with four registers of maxima. The result does not depend on the order of the elements.
template <class Arch, class T>
T magnitude(const T* x, std::size_t count) {
    constexpr std::size_t chains = 4, width = register_width<T, Arch>;
    Largest<Arch, T> seen[chains];
    std::size_t i = 0;
    for (; i + chains * width <= count; i += chains * width) {
        unroll<chains>([&](auto v) { seen[v].see(Register<T, Arch>::load_unaligned(x + i + v * width)); });
    }
    for_each_vector<Arch, T>(i, count,
                             [&](auto vector, std::size_t at) { seen[0].see(vector.load(x + at)); });
    T largest{0};
    T lane[width];
    for (const auto& each : seen) {
        each.value().store_unaligned(lane);
        for (const T value : lane) largest = magnitude_max(largest, value);
    }
    return largest;
}

}  // namespace detail

/// Returns max |x[i]| over the array; 0 if it is empty. The values are compared as bit patterns, so the
/// result is not finite if any element is not finite.
template <class Backend, class T>
[[nodiscard]] T magnitude(const T* x, std::size_t count, Threads& threads) {
    T largest{0};
    split_work(threads, count, tile_columns, count, [&](std::size_t begin, std::size_t end) {
        merge_largest(largest, detail::magnitude<typename Backend::arch, T>(x + begin, end - begin));
    });
    return largest;
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
