#pragma once

#include "../effort.hpp"

#include <alrao/kernels/matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

/// A row-major matrix whose rows are followed by `gap` guard elements.
template <class T>
struct GuardedMatrix {
    static constexpr T guard = T{-12345};
    std::size_t rows, columns, stride;
    std::vector<T> memory;

    GuardedMatrix(std::size_t r, std::size_t c, std::size_t gap)
        : rows(r), columns(c), stride(c + gap), memory(r * (c + gap), guard) {}
    T& at(std::size_t i, std::size_t j) { return memory[i * stride + j]; }
    const T& at(std::size_t i, std::size_t j) const { return memory[i * stride + j]; }
    alrao::kernels::Matrix<T> matrix() { return {memory.data(), stride}; }
    alrao::kernels::Matrix<const T> matrix() const { return {memory.data(), stride}; }
    alrao::kernels::Matrix<const T> constant() const { return matrix(); }

    /// Sets each element to a value of f. Without optimisation, where a random number takes microseconds,
    /// the first thousand values are repeated.
    template <class F>
    void fill(F&& f) {
        constexpr std::size_t period = effort(SIZE_MAX, 997);
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = 0; j < columns; ++j) {
                const std::size_t e = i * columns + j;
                at(i, j) =
                    e < period ? static_cast<T>(f()) : at((e - period) / columns, (e - period) % columns);
            }
    }
    bool guards_intact() const {
        for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t j = columns; j < stride; ++j)
                if (at(i, j) != guard) return false;
        return true;
    }
};
