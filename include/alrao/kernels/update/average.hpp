#pragma once

#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/threads.hpp>

#include <cstddef>

namespace alrao::kernels {

/// average[i] = average[i] + share * (x[i] - average[i]) for i < count, which gives exactly x[i] for a share of 1
/// and an average of 0.
template <class Backend, class T>
void average_into(const T* x, std::size_t count, T share, T* average, Threads& threads) {
    using Arch = typename Backend::arch;
    split_work(threads, count, tile_columns, count, [&](std::size_t begin, std::size_t end) {
        for_each_vector<Arch, T>(begin, end, [&](auto vector, std::size_t i) {
            const auto before = vector.load(average + i);
            vector.store(average + i, madd(Register<T, Arch>(share), vector.load(x + i) - before, before));
        });
    });
}

}  // namespace alrao::kernels
