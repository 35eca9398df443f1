#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/gemm_operands.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

namespace alrao::kernels {

namespace detail {

/// How far ahead of the rows that are read others are called into the second cache: to the piece
/// below where rows are wider than tiles, which the hardware does not follow. Else nowhere.
[[nodiscard]] constexpr std::size_t rows_ahead(Rows extent) {
    return extent.columns > tile_columns ? piece_rows : 0;
}
template <class T>
[[gnu::always_inline]] inline void fetch(const T* place) {
    __builtin_prefetch(place, 0, 2);
}

}  // namespace detail

/// Elements of workspace for the statistics and for the backward pass of batch normalisation.
[[nodiscard]] constexpr std::size_t batch_norm_workspace(Rows extent) {
    return (2 * piece_count(extent.rows) + 1) * extent.columns;
}

/// Mean and biased variance of each channel over the rows (samples, or samples times pixels): two
/// passes within pieces of `piece_rows` rows, whose means and squares are joined in order in double
/// (Chan, Golub and LeVeque 1979), so a large mean costs no digits and threads change no bits.
template <class Backend, class T>
void batch_norm_statistics(Rows extent, Matrix<const T> x, T* mean, T* variance, T* workspace,
                           Threads& threads) {
    using Arch = typename Backend::arch;
    const std::size_t channels = extent.columns, ahead = detail::rows_ahead(extent);
    const auto piece_mean = [&](std::size_t p) { return workspace + 2 * p * channels; };
    const auto piece_squares = [&](std::size_t p) { return workspace + (2 * p + 1) * channels; };
    for_each_tile(threads, extent.rows, channels, [&](std::size_t p, Range rows, Range across) {
        T* center = piece_mean(p);
        detail::sum_tile<Arch, T, 1>(rows, across, {center},
                                     [&](auto block, std::size_t r, std::size_t c, auto& sum) {
                                         detail::fetch(x.row(r + ahead) + c);
                                         sum[0] = sum[0] + block.load(x.row(r) + c);
                                     });
        for (std::size_t c = across.begin; c < across.end; ++c) {
            center[c] /= static_cast<T>(rows.size());
        }
        detail::sum_tile<Arch, T, 1>(rows, across, {piece_squares(p)},
                                     [&](auto block, std::size_t r, std::size_t c, auto& sum) {
                                         const auto apart =
                                             block.load(x.row(r) + c) - block.load(center + c);
                                         sum[0] = madd(apart, apart, sum[0]);
                                     });
    });
    const std::size_t pieces = piece_count(extent.rows);
    const auto size = [&](std::size_t p) {
        return static_cast<double>(std::min(extent.rows - p * piece_rows, piece_rows));
    };
    const auto count = static_cast<double>(extent.rows);
    split_work(threads, channels, tile_columns, 4 * pieces * channels,
               [&](std::size_t begin, std::size_t end) {
                   for (std::size_t c = begin; c < end; ++c) {
                       double sum = 0;
                       for (std::size_t p = 0; p < pieces; ++p) {
                           sum += size(p) * static_cast<double>(piece_mean(p)[c]);
                       }
                       const double middle = sum / count;
                       double squares = 0;
                       for (std::size_t p = 0; p < pieces; ++p) {
                           const double apart = static_cast<double>(piece_mean(p)[c]) - middle;
                           squares +=
                               static_cast<double>(piece_squares(p)[c]) + size(p) * apart * apart;
                       }
                       mean[c] = static_cast<T>(middle);
                       variance[c] = static_cast<T>(squares / count);
                   }
               });
}

/// Moves the running statistics by `momentum` towards those of a batch of `rows` rows; the variance
/// as its unbiased estimate, as in PyTorch (the biased one of a single row).
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

/// y = activation(scale (x - mean) / sqrt(variance + epsilon) + shift) per channel, with the
/// batch's statistics in training, the running ones in evaluation; y may be x. magnitude[c] = max
/// over rows of |value before the activation| by bits, and of a variance that is not finite unless
/// scale and shift are 0; not wanted if null. Source: Ioffe and Szegedy,
/// arXiv 1502.03167, algorithm 1.
template <class Backend, class T>
void batch_norm_apply(Rows extent, Matrix<const T> x, const T* mean, const T* variance, T epsilon,
                      const T* scale, const T* shift, Matrix<T> y, Activation activation,
                      T* magnitude, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Batch<T, Arch>;
    // Nothing is below minus infinity, NaN least of all.
    const Vector floor(activation == Activation::relu ? T{0} : -std::numeric_limits<T>::infinity());
    const Vector most(std::numeric_limits<T>::max());
    if (magnitude != nullptr) std::fill_n(magnitude, extent.columns, T{0});
    for_each_tile(threads, extent.rows, extent.columns, [&](std::size_t, Range rows, Range across) {
        T largest[tile_columns];
        for_each_block<Arch, T>(across.begin, across.end, [&](auto block, std::size_t first) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            Vector middle[vectors], factor[vectors], offset[vectors];
            Largest<Arch, T> seen[vectors];
            unroll<vectors>([&](auto i) {
                const std::size_t c = first + i * Vector::size;
                middle[i] = block.load(mean + c);
                const Vector spread = block.load(variance + c);
                factor[i] = block.load(scale + c) / sqrt(spread + epsilon);
                offset[i] = block.load(shift + c);
                // An infinite variance makes finite outputs: it has to be seen itself, unless the
                // channel is pruned.
                const Vector silent(T{0});
                const auto pruned = (block.load(scale + c) == silent) & (offset[i] == silent);
                seen[i].see(select((spread <= most) | pruned, silent, spread));
            });
            for (std::size_t r = rows.begin; r < rows.end; ++r) {
                const T* from = x.row(r) + first;
                T* to = y.row(r) + first;
                unroll<vectors>([&](auto i) {
                    const Vector apart = block.load(from + i * Vector::size) - middle[i];
                    const Vector value = madd(apart, factor[i], offset[i]);
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

/// What the backward pass of batch normalisation is given: what forward was, and what it computed.
template <class T>
struct BatchNormPoint {
    Matrix<const T> x;
    const T *mean, *variance;  ///< of the batch
    T epsilon;
    const T *scale, *shift;
    Activation activation;
};

/// The gradients of batch normalisation in training, where mean and variance depend on the input:
/// with z = (x - mean) / sqrt(variance + epsilon) over n rows, and dy = 0 where a ReLU gave 0,
///   dshift = sum dy, dscale = sum dy z, dx = scale (dy - (dshift + z dscale) / n) / sqrt(variance
///   + epsilon).
/// Where the ReLU gave 0 is computed again, bit for bit: cheaper than reading y.
/// magnitude[c] = max(|dscale|, |dshift|) by bits, unless null. dx may be dy; null data: not
/// wanted.
template <class Backend, class T>
void batch_norm_backward(Rows extent, const BatchNormPoint<T>& at, Matrix<const T> dy, Matrix<T> dx,
                         T* dscale, T* dshift, T* magnitude, T* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Batch<T, Arch>;
    const std::size_t ahead = detail::rows_ahead(extent);
    T* const factors = workspace + 2 * piece_count(extent.rows) * extent.columns;
    for_each_vector<Arch, T>(0, extent.columns, [&](auto vector, std::size_t c) {
        const Vector deviation = sqrt(vector.load(at.variance + c) + at.epsilon);
        vector.store(factors + c, vector.load(at.scale + c) / deviation);
    });
    const auto run = [&]<bool rectified>(std::bool_constant<rectified>) {
        const auto passed_on = [](const Vector& above, const Vector& apart, const Vector& factor,
                                  const Vector& offset) {
            if constexpr (!rectified) return above;
            const Vector zero(T{0});
            return select(madd(apart, factor, offset) <= zero, zero, above);
        };
        // The factor 1 / sqrt(variance + epsilon) of dscale is put in once, at the end.
        detail::sum_columns<Arch, T, 2>(
            extent, {dscale, dshift}, workspace, threads,
            [&](auto block, std::size_t r, std::size_t c, auto& sum) {
                detail::fetch(at.x.row(r + ahead) + c);
                detail::fetch(dy.row(r + ahead) + c);
                const Vector apart = block.load(at.x.row(r) + c) - block.load(at.mean + c);
                const Vector above = passed_on(block.load(dy.row(r) + c), apart,
                                               block.load(factors + c), block.load(at.shift + c));
                sum[0] = madd(above, apart, sum[0]);
                sum[1] = sum[1] + above;
            });
        for_each_vector<Arch, T>(0, extent.columns, [&](auto vector, std::size_t c) {
            const Vector deviation = sqrt(vector.load(at.variance + c) + at.epsilon);
            vector.store(dscale + c, vector.load(dscale + c) / deviation);
        });
        if (dx.data == nullptr) return;

        const T share = T{1} / static_cast<T>(extent.rows);
        for_each_tile(
            threads, extent.rows, extent.columns, [&](std::size_t, Range rows, Range across) {
                for_each_block<Arch, T>(
                    across.begin, across.end, [&](auto block, std::size_t first) {
                        constexpr std::size_t vectors = decltype(block)::vectors;
                        Vector middle[vectors], factor[vectors], offset[vectors], slope[vectors],
                            level[vectors];
                        unroll<vectors>([&](auto i) {
                            const std::size_t c = first + i * Vector::size;
                            const Vector deviation = sqrt(block.load(at.variance + c) + at.epsilon);
                            middle[i] = block.load(at.mean + c);
                            factor[i] = block.load(factors + c);
                            offset[i] = block.load(at.shift + c);
                            slope[i] = -(block.load(dscale + c) * share / deviation);
                            level[i] = block.load(dshift + c) * share;
                        });
                        for (std::size_t r = rows.begin; r < rows.end; ++r) {
                            unroll<vectors>([&](auto i) {
                                const std::size_t c = first + i * Vector::size;
                                detail::fetch(at.x.row(r + ahead) + c);
                                detail::fetch(dy.row(r + ahead) + c);
                                const Vector apart = block.load(at.x.row(r) + c) - middle[i];
                                const Vector above = passed_on(block.load(dy.row(r) + c), apart,
                                                               factor[i], offset[i]);
                                block.store(dx.row(r) + c,
                                            factor[i] * madd(apart, slope[i], above - level[i]));
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
