#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// y = scale (x - mean) / sqrt(variance + epsilon) + shift, with the mean and the biased variance of each
/// row; y may be x. The bits of a row depend only on that row; a row whose variance is not finite becomes
/// NaN.
/// @param mean, inverse_deviation [rows], output: the mean and 1 / sqrt(variance + epsilon), which the backward
/// pass needs; may be null
/// Source: Ba, Kiros and Hinton, arXiv 1607.06450.
template <class Backend, class T>
void layer_norm_forward(Rows extent, Matrix<const T> x, T epsilon, const T* scale, const T* shift,
                        Matrix<T> y, T* mean, T* inverse_deviation, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const T count = static_cast<T>(extent.columns);
    const auto normalise = [&](std::size_t r) {
        const T* from = x.row(r);
        const T rounded =
            row_sum<Arch, T>(extent.columns,
                             [&](auto vector, std::size_t c) { return vector.load(from + c); }) /
            count;
        const auto [squares, rests] = row_sums<Arch, T>(extent.columns, [&](auto vector, std::size_t c) {
            const Vector apart = vector.load(from + c) - rounded;
            return std::array<Vector, 2>{apart * apart, apart};
        });
        // Corrects the rounding of the mean: the mean of a row of equal numbers is exactly that number.
        const T rest = rests / count;
        const T middle = rounded + rest;
        const T variance = (squares < rest * rests ? T{0} : squares - rest * rests) / count;
        // With an infinite variance the outputs would be finite, which would hide that the row
        // overflowed.
        const T inverse =
            is_finite(variance) ? T{1} / std::sqrt(variance + epsilon) : std::numeric_limits<T>::quiet_NaN();
        if (mean != nullptr) mean[r] = middle;
        if (inverse_deviation != nullptr) inverse_deviation[r] = inverse;
        T* to = y.row(r);
        for_each_vector<Arch, T>(0, extent.columns, [&](auto vector, std::size_t c) {
            const Vector z = (vector.load(from + c) - middle) * inverse;
            vector.store(to + c, madd(z, vector.load(scale + c), vector.load(shift + c)));
        });
    };
    split_work(threads, extent.rows, 1, 2 * extent.rows * extent.columns,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t r = begin; r < end; ++r) normalise(r);
               });
}

/// The number of elements of workspace for the backward pass of layer normalisation.
[[nodiscard]] constexpr std::size_t layer_norm_workspace(Rows extent) {
    return 2 * piece_count(extent.rows) * extent.columns;
}

/// The gradients of layer normalisation. With z = (x - mean) inverse_deviation and n columns:
///   dshift = sum over rows of dy,  dscale = sum over rows of dy z, and with g = scale dy
///   dx = inverse_deviation (g - mean of g - z mean of (g z)), where the means are taken over the row
/// @param dx may be dy; not written if its data is null
/// @param magnitude [columns], output: max(|dscale|, |dshift|), compared as bits; may be null
/// @param workspace layer_norm_workspace(extent) elements
template <class Backend, class T>
void layer_norm_backward(Rows extent, Matrix<const T> x, Matrix<const T> dy, const T* mean,
                         const T* inverse_deviation, const T* scale, Matrix<T> dx, T* dscale, T* dshift,
                         T* magnitude, T* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    detail::sum_columns<Arch, T, 2>(extent, {dscale, dshift}, workspace, threads,
                                    [&](auto block, std::size_t r, std::size_t c, auto& sum) {
                                        const Vector above = block.load(dy.row(r) + c);
                                        const Vector z =
                                            (block.load(x.row(r) + c) - mean[r]) * inverse_deviation[r];
                                        sum[0] = madd(above, z, sum[0]);
                                        sum[1] = sum[1] + above;
                                    });
    if (magnitude != nullptr) {
        for (std::size_t c = 0; c < extent.columns; ++c) {
            magnitude[c] = magnitude_max(std::abs(dscale[c]), std::abs(dshift[c]));
        }
    }
    if (dx.data == nullptr) return;

    const T count = static_cast<T>(extent.columns);
    const auto differentiate = [&](std::size_t r) {
        const T* from = x.row(r);
        const T* above = dy.row(r);
        const T inverse = inverse_deviation[r];
        const auto g = [&](auto vector, std::size_t c) {
            return vector.load(above + c) * vector.load(scale + c);
        };
        const auto z = [&](auto vector, std::size_t c) {
            return (vector.load(from + c) - mean[r]) * inverse;
        };
        const T level = row_sum<Arch, T>(extent.columns, g) / count;
        const T slope =
            row_sum<Arch, T>(extent.columns,
                             [&](auto vector, std::size_t c) { return g(vector, c) * z(vector, c); }) /
            count;
        for_each_vector<Arch, T>(0, extent.columns, [&](auto vector, std::size_t c) {
            const Vector centred = madd(vector.load(above + c), vector.load(scale + c), Vector(-level));
            vector.store(dx.row(r) + c, madd(z(vector, c), Vector(-slope), centred) * inverse);
        });
    };
    split_work(threads, extent.rows, 1, 2 * extent.rows * extent.columns,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t r = begin; r < end; ++r) differentiate(r);
               });
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
