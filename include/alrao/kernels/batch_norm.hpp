#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace alrao::kernels {

/// Elements of workspace for the statistics and for the backward pass of batch normalisation.
[[nodiscard]] constexpr std::size_t batch_norm_workspace(Rows extent) {
    return 2 * piece_count(extent.rows) * extent.columns;
}

/// Mean and biased variance of each channel over the rows (samples, or samples times pixels): two
/// passes within pieces of `piece_rows` rows, whose means and squares are joined in order in double
/// (Chan, Golub and LeVeque 1979), so a large mean costs no digits and threads change no bits.
template <class Backend, class T>
void batch_norm_statistics(Rows extent, Matrix<const T> x, T* mean, T* variance, T* workspace,
                           Threads& threads) {
    using Arch = typename Backend::arch;
    const std::size_t channels = extent.columns;
    const auto piece_mean = [&](std::size_t p) { return workspace + 2 * p * channels; };
    const auto piece_squares = [&](std::size_t p) { return workspace + (2 * p + 1) * channels; };
    for_each_tile(threads, extent.rows, channels, [&](std::size_t p, Range rows, Range across) {
        T* center = piece_mean(p);
        detail::sum_tile<Arch, T, 1>(rows, across, {center},
                                     [&](auto block, std::size_t r, std::size_t c, auto& sum) {
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
        move(running_mean[c], static_cast<double>(mean[c]));
        move(running_variance[c], unbias * static_cast<double>(variance[c]));
    }
}

/// y = scale (x - mean) / sqrt(variance + epsilon) + shift per channel, with the batch's statistics
/// in training, the running ones in evaluation; y may be x. Source: Ioffe and Szegedy, arXiv
/// 1502.03167, algorithm 1.
template <class Backend, class T>
void batch_norm_apply(Rows extent, Matrix<const T> x, const T* mean, const T* variance, T epsilon,
                      const T* scale, const T* shift, Matrix<T> y, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Batch<T, Arch>;
    for_each_tile(threads, extent.rows, extent.columns, [&](std::size_t, Range rows, Range across) {
        for_each_block<Arch, T>(across.begin, across.end, [&](auto block, std::size_t first) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            Vector middle[vectors], factor[vectors], offset[vectors];
            unroll<vectors>([&](auto i) {
                const std::size_t c = first + i * Vector::size;
                middle[i] = block.load(mean + c);
                factor[i] = block.load(scale + c) / sqrt(block.load(variance + c) + epsilon);
                offset[i] = block.load(shift + c);
            });
            for (std::size_t r = rows.begin; r < rows.end; ++r) {
                const T* from = x.row(r) + first;
                T* to = y.row(r) + first;
                unroll<vectors>([&](auto i) {
                    const Vector value = block.load(from + i * Vector::size) - middle[i];
                    block.store(to + i * Vector::size, madd(value, factor[i], offset[i]));
                });
            }
        });
    });
}

/// The gradients of batch normalisation in training, where mean and variance depend on the input:
/// with z = (x - mean) / sqrt(variance + epsilon) over n rows,
///   dshift = sum dy, dscale = sum dy z, dx = scale (dy - (dshift + z dscale) / n) / sqrt(variance
///   + epsilon).
/// magnitude[c] = max(|dscale|, |dshift|) by bits, unless null. dx may be dy; null data: not
/// wanted.
template <class Backend, class T>
void batch_norm_backward(Rows extent, Matrix<const T> x, Matrix<const T> dy, const T* mean,
                         const T* variance, T epsilon, const T* scale, Matrix<T> dx, T* dscale,
                         T* dshift, T* magnitude, T* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Batch<T, Arch>;
    // The factor 1 / sqrt(variance + epsilon) of dscale is put in once, at the end.
    detail::sum_columns<Arch, T, 2>(extent, {dscale, dshift}, workspace, threads,
                                    [&](auto block, std::size_t r, std::size_t c, auto& sum) {
                                        const Vector above = block.load(dy.row(r) + c);
                                        const Vector apart =
                                            block.load(x.row(r) + c) - block.load(mean + c);
                                        sum[0] = madd(above, apart, sum[0]);
                                        sum[1] = sum[1] + above;
                                    });
    for_each_vector<Arch, T>(0, extent.columns, [&](auto vector, std::size_t c) {
        const Vector deviation = sqrt(vector.load(variance + c) + epsilon);
        vector.store(dscale + c, vector.load(dscale + c) / deviation);
    });
    if (magnitude != nullptr) {
        for (std::size_t c = 0; c < extent.columns; ++c) {
            magnitude[c] = magnitude_max(std::abs(dscale[c]), std::abs(dshift[c]));
        }
    }
    if (dx.data == nullptr) return;

    const T share = T{1} / static_cast<T>(extent.rows);
    for_each_tile(threads, extent.rows, extent.columns, [&](std::size_t, Range rows, Range across) {
        for_each_block<Arch, T>(across.begin, across.end, [&](auto block, std::size_t first) {
            constexpr std::size_t vectors = decltype(block)::vectors;
            Vector middle[vectors], factor[vectors], slope[vectors], level[vectors];
            unroll<vectors>([&](auto i) {
                const std::size_t c = first + i * Vector::size;
                const Vector deviation = sqrt(block.load(variance + c) + epsilon);
                middle[i] = block.load(mean + c);
                factor[i] = block.load(scale + c) / deviation;
                slope[i] = -(block.load(dscale + c) * share / deviation);
                level[i] = block.load(dshift + c) * share;
            });
            for (std::size_t r = rows.begin; r < rows.end; ++r) {
                unroll<vectors>([&](auto i) {
                    const std::size_t c = first + i * Vector::size;
                    const Vector apart = block.load(x.row(r) + c) - middle[i];
                    const Vector above = block.load(dy.row(r) + c) - level[i];
                    block.store(dx.row(r) + c, factor[i] * madd(apart, slope[i], above));
                });
            }
        });
    });
}

}  // namespace alrao::kernels
