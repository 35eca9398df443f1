#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/gemm/operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/normalization/row_pieces.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// The number of elements of workspace for the statistics and for the backward pass of batch
/// normalisation.
[[nodiscard]] constexpr std::size_t batch_norm_workspace(Rows extent) {
    return (2 * piece_count(extent.rows) + 1) * extent.columns;
}

/// Computes the mean and the biased variance of each channel over the rows (samples, or samples times
/// pixels). Within pieces of `piece_rows` rows, the squares are taken about the mean of the piece; the
/// pieces are combined in order, in double (Chan, Golub and LeVeque 1979). So a large mean does not
/// reduce the accuracy, and the bits do not depend on the number of threads. Pieces whose sums are
/// already known are not read again.
/// @param mean, variance [channels], output
template <class Backend, class T>
void batch_norm_statistics(const RowPieces<T>& pieces, T* mean, T* variance, Threads& threads) {
    take_rest<Backend>(pieces, threads);
    const std::size_t channels = pieces.extent.columns, rows = pieces.extent.rows;
    const std::size_t pieces_count = piece_count(rows);
    const auto size = [&](std::size_t p) {
        return static_cast<double>(std::min(rows - p * piece_rows, piece_rows));
    };
    const auto count = static_cast<double>(rows);
    split_work(threads, channels, tile_columns, 4 * pieces_count * channels,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t c = begin; c < end; ++c) {
                       const auto first = static_cast<double>(pieces.mean(0)[c]);
                       double sum = 0;
                       for (std::size_t p = 1; p < pieces_count; ++p) {
                           sum += size(p) * (static_cast<double>(pieces.mean(p)[c]) - first);
                       }
                       const double middle = first + sum / count;
                       double squares = 0;
                       for (std::size_t p = 0; p < pieces_count; ++p) {
                           const double apart = static_cast<double>(pieces.mean(p)[c]) - middle;
                           squares += static_cast<double>(pieces.squares(p)[c]) + size(p) * apart * apart;
                       }
                       mean[c] = static_cast<T>(middle);
                       variance[c] = static_cast<T>(squares / count);
                   }
               });
}

/// Moves the running statistics towards those of a batch of `rows` rows: running += momentum (batch -
/// running). The variance is the unbiased estimate, as in PyTorch (for a single row, the biased one). Channels
/// whose statistics of the batch are not finite are left unchanged.
template <class T>
void batch_norm_commit(std::size_t rows, std::size_t channels, double momentum, const T* mean,
                       const T* variance, T* running_mean, T* running_variance) {
    const auto n = static_cast<double>(rows);
    const double unbias = rows > 1 ? n / (n - 1) : 1.0;
    const auto move = [&](T& running, double value) {
        running = static_cast<T>((1 - momentum) * static_cast<double>(running) + momentum * value);
    };
    for (std::size_t c = 0; c < channels; ++c) {
        if (!is_finite(mean[c]) || !is_finite(variance[c])) continue;
        move(running_mean[c], static_cast<double>(mean[c]));
        move(running_variance[c], unbias * static_cast<double>(variance[c]));
    }
}

/// The input of a normalisation, with the mean, variance, scale and shift of each channel.
template <class T>
struct BatchNormPoint {
    Matrix<const T> x;
    const T *mean, *variance;  ///< in training and in the backward pass: those of the batch
    T epsilon;
    const T *scale, *shift;
    Activation activation;
};

namespace detail {

/// The parameters of the normalisation of some channels, in registers.
template <class Arch, class T, std::size_t Vectors>
struct Normalizer {
    using Vector = Register<T, Arch>;
    Vector middle[Vectors], factor[Vectors], offset[Vectors];

    template <class Block>
    Normalizer(const Block& block, const BatchNormPoint<T>& at, std::size_t first) {
        unroll<Vectors>([&](auto v) {
            const std::size_t c = first + v * Vector::size;
            middle[v] = block.load(at.mean + c);
            factor[v] = block.load(at.scale + c) / sqrt(block.load(at.variance + c) + at.epsilon);
            offset[v] = block.load(at.shift + c);
        });
    }
};

/// The parameters of the gradient with respect to x: dx = factor (dy + slope (x - mean) - level).
template <class Arch, class T, std::size_t Vectors>
struct NormalizerGradient : Normalizer<Arch, T, Vectors> {
    using Vector = Register<T, Arch>;
    Vector slope[Vectors], level[Vectors];

    template <class Block>
    NormalizerGradient(const Block& block, const BatchNormPoint<T>& at, const T* dscale, const T* dshift,
                       T share, std::size_t first)
        : Normalizer<Arch, T, Vectors>(block, at, first) {
        unroll<Vectors>([&](auto v) {
            const std::size_t c = first + v * Vector::size;
            const Vector deviation = sqrt(block.load(at.variance + c) + at.epsilon);
            slope[v] = -(block.load(dscale + c) * share / deviation);
            level[v] = block.load(dshift + c) * share;
        });
    }
    [[nodiscard]] Vector operator()(std::size_t v, const Vector& apart, const Vector& above) const {
        return this->factor[v] * madd(apart, slope[v], above - level[v]);
    }
};

/// Lower limit of the output: 0 with ReLU, else minus infinity. NaN passes through.
template <class T>
[[nodiscard]] constexpr T activation_floor(Activation activation) {
    return activation == Activation::relu ? T{0} : -std::numeric_limits<T>::infinity();
}

/// Adds each variance that is not finite to `seen`, because the outputs of such a channel are finite and
/// would hide it. Pruned channels (scale and shift 0) are skipped.
template <class Arch, class T, class Block, std::size_t Vectors>
[[gnu::always_inline]] inline void see_variances(const Block& block, const BatchNormPoint<T>& at,
                                                 std::size_t first, Largest<Arch, T> (&seen)[Vectors]) {
    using Vector = Register<T, Arch>;
    const Vector most(std::numeric_limits<T>::max()), silent(T{0});
    unroll<Vectors>([&](auto v) {
        const std::size_t c = first + v * Vector::size;
        const Vector spread = block.load(at.variance + c);
        const auto pruned = (block.load(at.scale + c) == silent) & (block.load(at.shift + c) == silent);
        seen[v].see(select((spread <= most) | pruned, silent, spread));
    });
}

/// factors[c] = scale / sqrt(variance + epsilon), computed as in the forward pass.
template <class Arch, class T>
void batch_norm_factors(const BatchNormPoint<T>& at, std::size_t channels, T* factors) {
    for_each_vector<Arch, T>(0, channels, [&](auto vector, std::size_t c) {
        const auto deviation = sqrt(vector.load(at.variance + c) + at.epsilon);
        vector.store(factors + c, vector.load(at.scale + c) / deviation);
    });
}

/// Divides dscale by sqrt(variance + epsilon); the sums were accumulated without this factor.
template <class Arch, class T>
void batch_norm_scale_gradient(const BatchNormPoint<T>& at, std::size_t channels, T* dscale) {
    for_each_vector<Arch, T>(0, channels, [&](auto vector, std::size_t c) {
        const auto deviation = sqrt(vector.load(at.variance + c) + at.epsilon);
        vector.store(dscale + c, vector.load(dscale + c) / deviation);
    });
}

}  // namespace detail

/// y = activation(scale (x - mean) / sqrt(variance + epsilon) + shift) per channel, with the statistics
/// of the batch in training and the running ones in evaluation; y may be x.
/// @param magnitude [channels], output: max over rows of |value before the activation|, compared as bits; not
/// finite if the variance is not finite, unless scale and shift are 0; may be null
/// Source: Ioffe and Szegedy, arXiv 1502.03167, algorithm 1.
template <class Backend, class T>
void batch_norm_apply(Rows extent, const BatchNormPoint<T>& at, Matrix<T> y, T* magnitude, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const Vector floor(detail::activation_floor<T>(at.activation));
    if (magnitude != nullptr) std::fill_n(magnitude, extent.columns, T{0});
    for_each_tile(threads, extent.rows, extent.columns, [&](std::size_t, Range rows, Range across) {
        T largest[tile_columns];
        for_each_block<Arch, T>(across.begin, across.end, [&](auto block, std::size_t first) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            const detail::Normalizer<Arch, T, vectors> by(block, at, first);
            Largest<Arch, T> seen[vectors];
            detail::see_variances<Arch, T>(block, at, first, seen);
            for (std::size_t r = rows.begin; r < rows.end; ++r) {
                const T* from = at.x.row(r) + first;
                T* to = y.row(r) + first;
                unroll<vectors>([&](auto i) {
                    const Vector apart = block.load(from + i * Vector::size) - by.middle[i];
                    const Vector value = madd(apart, by.factor[i], by.offset[i]);
                    seen[i].see(value);
                    block.store(to + i * Vector::size, select(value < floor, floor, value));
                });
            }
            unroll<vectors>([&](auto i) {
                block.store(largest + (first - across.begin) + i * Vector::size, seen[i].value());
            });
        });
        if (magnitude == nullptr) return;
        for (std::size_t c = across.begin; c < across.end; ++c)
            merge_largest(magnitude[c], largest[c - across.begin]);
    });
}

/// The gradients of batch normalisation in training, where mean and variance depend on the input. With z
/// = (x - mean) / sqrt(variance + epsilon), n rows, and dy = 0 where the ReLU's output is 0:
///   dshift = sum dy,  dscale = sum dy z,
///   dx = scale (dy - (dshift + z dscale) / n) / sqrt(variance + epsilon)
/// The sign of the ReLU's input is computed again, with the same bits; this is faster than reading y.
/// @param dx may be the same memory as dy; not written if its data is null
/// @param magnitude [channels], output: max(|dscale|, |dshift|), compared as bits; may be null
/// @param workspace batch_norm_workspace(extent) elements
template <class Backend, class T>
void batch_norm_backward(Rows extent, const BatchNormPoint<T>& at, Matrix<const T> dy, Matrix<T> dx,
                         T* dscale, T* dshift, T* magnitude, T* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const std::size_t ahead = detail::rows_ahead(extent);
    T* const factors = workspace + 2 * piece_count(extent.rows) * extent.columns;
    detail::batch_norm_factors<Arch>(at, extent.columns, factors);
    const auto run = [&]<bool rectified>(std::bool_constant<rectified>) {
        const auto passed_on = [](const Vector& above, const Vector& apart, const Vector& factor,
                                  const Vector& offset) {
            if constexpr (!rectified) return above;
            const Vector zero(T{0});
            return select(madd(apart, factor, offset) <= zero, zero, above);
        };
        detail::sum_columns<Arch, T, 2>(
            extent, {dscale, dshift}, workspace, threads,
            [&](auto block, std::size_t r, std::size_t c, auto& sum) {
                detail::fetch(at.x.row(r + ahead) + c);
                detail::fetch(dy.row(r + ahead) + c);
                const Vector apart = block.load(at.x.row(r) + c) - block.load(at.mean + c);
                const Vector above = passed_on(block.load(dy.row(r) + c), apart, block.load(factors + c),
                                               block.load(at.shift + c));
                sum[0] = madd(above, apart, sum[0]);
                sum[1] = sum[1] + above;
            });
        detail::batch_norm_scale_gradient<Arch>(at, extent.columns, dscale);
        if (dx.data == nullptr) return;

        const T share = T{1} / static_cast<T>(extent.rows);
        for_each_tile(threads, extent.rows, extent.columns, [&](std::size_t, Range rows, Range across) {
            for_each_block<Arch, T>(across.begin, across.end, [&](auto block, std::size_t first) {
                constexpr std::size_t vectors = decltype(block)::vectors;
                const detail::NormalizerGradient<Arch, T, vectors> by(block, at, dscale, dshift, share,
                                                                      first);
                for (std::size_t r = rows.begin; r < rows.end; ++r) {
                    unroll<vectors>([&](auto i) {
                        const std::size_t c = first + i * Vector::size;
                        detail::fetch(at.x.row(r + ahead) + c);
                        detail::fetch(dy.row(r + ahead) + c);
                        const Vector apart = block.load(at.x.row(r) + c) - by.middle[i];
                        const Vector above =
                            passed_on(block.load(dy.row(r) + c), apart, by.factor[i], by.offset[i]);
                        block.store(dx.row(r) + c, by(i, apart, above));
                    });
                }
            });
        });
    };
    if (at.activation == Activation::relu) {
        run(std::true_type{});
    } else {
        run(std::false_type{});
    }
    if (magnitude == nullptr) return;
    for (std::size_t c = 0; c < extent.columns; ++c) {
        magnitude[c] = magnitude_max(std::abs(dscale[c]), std::abs(dshift[c]));
    }
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
