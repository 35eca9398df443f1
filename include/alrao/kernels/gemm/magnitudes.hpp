#pragma once

#include <alrao/kernels/gemm/detail/split.hpp>
#include <alrao/tensor/simd.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao::kernels::detail {

/// Calls work(thread, count, magnitude) on each of `count` threads: on all threads of the pool, or
/// on one if `alone`. With several threads, each gets an array of its own for its magnitudes [n], which
/// starts as zeros and is stored in the thread's `magnitude_row` of `workspace`; afterwards `magnitude`
/// becomes the maximum over the threads. If `magnitude` is null, each thread gets null.
template <class T, class Work>
void with_magnitudes(Threads& threads, bool alone, std::size_t n, T* magnitude, T* workspace,
                     const Work& work) {
    if (magnitude != nullptr) std::fill_n(magnitude, n, T{0});
    if (threads.count() == 1 || alone) {
        work(0, 1, magnitude);
        return;
    }
    const auto row = [&](int thread) {
        return workspace + static_cast<std::size_t>(thread) * magnitude_row(n);
    };
    threads.run([&](int thread) {
        if (magnitude != nullptr) std::fill_n(row(thread), n, T{0});
        work(thread, threads.count(), magnitude == nullptr ? nullptr : row(thread));
    });
    for (int t = 0; t < threads.count() && magnitude != nullptr; ++t) {
        for (std::size_t j = 0; j < n; ++j) magnitude[j] = magnitude_max(magnitude[j], row(t)[j]);
    }
}

}  // namespace alrao::kernels::detail
