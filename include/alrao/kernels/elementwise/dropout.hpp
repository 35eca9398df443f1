#pragma once

#include <alrao/kernels/parallel.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/philox.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace alrao::kernels {

/// y[i] = x[i] / (1 - p) with probability 1 - p, else 0. Which elements are kept depends only on the
/// random stream (one per layer and step) and on the number `first + i` of the element, which the caller
/// counts through the whole batch. So it depends on the position of the sample in the batch, but not on
/// the number of threads. The backward pass is the same call with the gradient as x; no mask is stored. y
/// may be x.
/// @throws ArgumentError unless 0 <= p < 1
/// Source: Srivastava et al., JMLR 15 (2014), in the inverted form.
template <class T>
void dropout(const T* x, T* y, std::size_t count, std::uint64_t first, double p, const Philox& random,
             Threads& threads) {
    if (!(p >= 0 && p < 1)) fail("alrao: dropout: the probability must be at least 0 and below 1");
    // An element is dropped by comparing a random 32-bit word, so p is accurate to 2^-32.
    const auto dropped = static_cast<std::uint32_t>(p * 0x1p32);
    const T scale = static_cast<T>(1 / (1 - p));
    split_work(threads, count, 64, 8 * count, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end;) {
            const std::uint64_t number = first + i;
            const std::array<std::uint32_t, 4> word = random.block(number / 4);
            const auto skip = static_cast<std::size_t>(number % 4);
            const std::size_t these = std::min(end - i, 4 - skip);
            for (std::size_t j = 0; j < these; ++j, ++i) {
                y[i] = word[skip + j] < dropped ? T{0} : x[i] * scale;
            }
        }
    });
}

}  // namespace alrao::kernels
