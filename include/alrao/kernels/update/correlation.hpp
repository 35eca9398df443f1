#pragma once

#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// A subset of the numbers of an array: one block of 16 numbers from each group of `every` consecutive blocks. Its
/// place within a group is a fixed pseudo-random function of the group, so that no column of a matrix is preferred.
/// With every = 1 these are all numbers.
struct BlockSubset {
    static constexpr std::size_t block = 16;
    std::size_t elements = 0;  ///< size of the array
    std::size_t every = 1;     ///< at least 1

    /// The number of blocks of the array, the last of which can be partly filled.
    [[nodiscard]] constexpr std::size_t all_blocks() const { return (elements + block - 1) / block; }
    /// The number of blocks of the subset.
    [[nodiscard]] constexpr std::size_t blocks() const { return (all_blocks() + every - 1) / every; }
    /// The size of an array that holds the subset, block after block.
    [[nodiscard]] constexpr std::size_t size() const { return blocks() * block; }
    /// The first element, in the array, of block k of the subset.
    [[nodiscard]] constexpr std::size_t first(std::size_t k) const {
        const std::size_t group = std::min(every, all_blocks() - k * every);
        return (k * every + (k * 2654435761U >> 7U) % group) * block;
    }
    /// The number of elements of block k of the subset.
    [[nodiscard]] constexpr std::size_t count(std::size_t k) const {
        return std::min(block, elements - first(k));
    }
};

/// The number of blocks that are summed as one piece. It is a constant, so sums do not depend on the number of
/// threads.
inline constexpr std::size_t piece_blocks = 64;

/// The size of the workspace of `correlate`, in doubles.
[[nodiscard]] constexpr std::size_t correlate_workspace(const BlockSubset& subset) {
    return 2 * ((subset.blocks() + piece_blocks - 1) / piece_blocks);
}

/// For the numbers of a subset, with gradients g and parameters w: computes after = keep * before + factor * g, and
/// returns the sum of g (start - w) and the sum of |after|, both in double. The bits do not depend on the number of
/// threads.
/// @param gradient, w [subset.elements]
/// @param start, before, after [subset.size()], in the order of the subset; `after` must not be `before`
/// @param workspace correlate_workspace(subset) doubles
template <class Backend, class T>
[[nodiscard]] std::array<double, 2> correlate(const BlockSubset& subset, const T* gradient, const T* w,
                                              const T* start, const T* before, T* after, T keep, T factor,
                                              double* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const std::size_t blocks = subset.blocks(), pieces = (blocks + piece_blocks - 1) / piece_blocks;
    split_work(threads, pieces, 1, subset.size(), [&](std::size_t begin, std::size_t end) {
        for (std::size_t piece = begin; piece < end; ++piece) {
            Vector products(T{0}), magnitudes(T{0});
            const std::size_t last = std::min(blocks, (piece + 1) * piece_blocks);
            for (std::size_t k = piece * piece_blocks; k < last; ++k) {
                const std::size_t from = subset.first(k), to = k * BlockSubset::block;
                for_each_vector<Arch, T>(0, subset.count(k), [&](auto vector, std::size_t i) {
                    const Vector g = vector.load(gradient + from + i);
                    const Vector apart = vector.load(start + to + i) - vector.load(w + from + i);
                    const Vector sum = madd(Vector(keep), vector.load(before + to + i), g * Vector(factor));
                    vector.store(after + to + i, sum);
                    products = madd(g, apart, products);
                    magnitudes = magnitudes + abs(sum);  // 0 beyond the block
                });
            }
            workspace[2 * piece] = static_cast<double>(hadd(products));
            workspace[2 * piece + 1] = static_cast<double>(hadd(magnitudes));
        }
    });
    std::array<double, 2> sums{};
    for (std::size_t piece = 0; piece < pieces; ++piece)
        for (std::size_t s = 0; s < 2; ++s) sums[s] += workspace[2 * piece + s];
    return sums;
}

/// Copies the numbers of a subset: to[subset.size()] from[subset.elements]. Numbers beyond the array become 0.
template <class T>
void copy_subset(const BlockSubset& subset, const T* from, T* to) {
    for (std::size_t k = 0; k < subset.blocks(); ++k) {
        T* const block = to + k * BlockSubset::block;
        std::fill_n(std::copy_n(from + subset.first(k), subset.count(k), block),
                    BlockSubset::block - subset.count(k), T{0});
    }
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
