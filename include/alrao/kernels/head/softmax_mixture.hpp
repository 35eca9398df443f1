#pragma once

#include <alrao/kernels/head/detail/softmax_copies.hpp>
#include <alrao/kernels/head/mixture.hpp>
#include <alrao/kernels/head/truth.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// The inputs of an averaged softmax head for a batch, without the scores [batch][copies][classes], which are
/// passed as a separate argument, one row per sample.
template <class T>
struct SoftmaxBatch {
    std::size_t batch, copies, classes;
    const double* log_weights;          ///< [copies], ln a_j: logarithms of the averaging weights
    Truth<T> truth;                     ///< labels and weights; no labels if only predictions are computed
    const T* largest_scores = nullptr;  ///< [copies * classes], max over the batch of |score|; null: unknown
    /// The number of elements of a row, counted from the first score, that may be read and overwritten. 0: the
    /// row stride of the scores.
    std::size_t room = 0;
};

/// A training pass of the averaged softmax head, in one pass over the scores. For each sample, let p_j be
/// the softmax of copy j, y the label and w the weight of the sample:
///   own gradient of copy j   delta_j = (p_j - onehot(y)) w scale
///   loss of the mixture      -w ln sum_j a_j p_j(y)
///   trunk gradient           r_j delta_j with r_j = a_j p_j(y) / sum_i a_i p_i(y)
/// and log_likelihood[j] = sum over samples of w ln p_j(y).
///
/// A copy with a score in the batch that is not finite, or larger than half the largest finite number, gets
/// the gradient 0 and the log-likelihood -infinity. It is excluded from the mixture of the whole batch, and
/// the other weights are rescaled to sum to 1. If no copy with a positive weight remains, `loss` is +infinity
/// and the trunk gradient is 0. With a single copy, its own gradient and the trunk gradient have equal bits.
/// @param log_likelihood [copies], output
/// @param workspace MixtureWorkspace::size(batch, copies) doubles
/// Source: Alrao, algorithm 1; the responsibilities are the derivative of the logarithm of the mixture.
template <class Backend, class T>
MixtureSums softmax_mixture(const SoftmaxBatch<T>& in, Matrix<const T> scores, const MixtureGradients<T>& out,
                            double* log_likelihood, double* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    const detail::SoftmaxCopies<Arch, T> softmax{in.copies, in.classes, out.own.stride};
    const MixtureWorkspace space(workspace, in.copies);
    const std::size_t used = in.copies * in.classes;

    for (std::size_t j = 0; j < in.copies; ++j) {
        T largest{0};
        if (in.largest_scores != nullptr) {
            largest = detail::row_magnitude(in.largest_scores + j * in.classes, in.classes);
        } else {
            for (std::size_t b = 0; b < in.batch; ++b) {
                const T* score = scores.row(b) + j * in.classes;
                largest = magnitude_max(largest, detail::row_magnitude(score, in.classes));
            }
        }
        space.finite()[j] = detail::usable_score(largest) ? 1 : 0;
    }
    const detail::Flags finite{space.finite()};
    detail::weigh_copies(space, in.copies, in.log_weights);
    const double log_total = detail::log_weight_present(space, in.copies, finite);

    detail::for_each_sample(
        space, in.batch, in.copies, in.batch * used, threads,
        [&](std::size_t b, const MixtureWorkspace::Piece& piece) {
            T* own = out.own.row(b);
            const T weight = in.truth.weights == nullptr ? T{1} : in.truth.weights[b];
            const T pull = weight * out.scale;
            const auto label = static_cast<std::size_t>(in.truth.labels[b]);
            softmax.exponentials(scores.row(b), own, in.truth.labels + b, piece, finite);
            detail::add_sample(softmax, own, in.truth.labels[b], static_cast<double>(weight), space, piece,
                               log_total, finite);
            for (std::size_t j = 0; j < in.copies; ++j) {
                T* delta = own + j * in.classes;
                if (finite(j)) {
                    const T factor = pull / static_cast<T>(piece.normalizer[j]);
                    const T at_label = madd<Arch>(delta[label], factor, -pull);
                    softmax.multiply(delta, factor, delta);
                    delta[label] = at_label;
                }
                if (out.trunk.data != nullptr) {
                    softmax.multiply(delta, static_cast<T>(piece.share[j]),
                                     out.trunk.row(b) + j * in.classes);
                }
            }
            std::fill(own + used, own + out.own.stride, T{0});
            if (out.trunk.data != nullptr) {
                std::fill(out.trunk.row(b) + used, out.trunk.row(b) + out.trunk.stride, T{0});
            }
        });
    return detail::add_pieces(space, in.batch, in.copies, log_likelihood);
}

namespace detail {

/// The exponentials of a batch, stored in place of the scores.
template <class Arch, class T>
SoftmaxCopies<Arch, T> overwritten_scores(const SoftmaxBatch<T>& in, std::size_t stride) {
    return {in.copies, in.classes, in.room == 0 ? stride : in.room};
}

/// Calls f(sample, exponentials, piece, log_total, present) for each sample: `present` tells which copies are
/// finite for the sample, and log_total is the logarithm of their total weight. A copy that is not finite for
/// a sample is excluded from this sample only.
template <class Backend, class T, class F>
void for_each_averaged(const SoftmaxBatch<T>& in, Matrix<T> scores, const MixtureWorkspace& space,
                       Threads& threads, F&& f) {
    const auto softmax = overwritten_scores<typename Backend::arch>(in, scores.stride);
    weigh_copies(space, in.copies, in.log_weights);
    for_each_sample(space, in.batch, in.copies, in.batch * in.copies * in.classes, threads,
                    [&](std::size_t b, const MixtureWorkspace::Piece& piece) {
                        T* x = scores.row(b);
                        for (std::size_t j = 0; j < in.copies; ++j) {
                            const T largest = row_magnitude(x + j * in.classes, in.classes);
                            piece.present[j] = usable_score(largest) ? 1 : 0;
                        }
                        const Flags present{piece.present};
                        const std::int32_t* label =
                            in.truth.labels == nullptr ? nullptr : in.truth.labels + b;
                        softmax.exponentials(x, x, label, piece, present);
                        f(b, x, piece, log_weight_present(space, in.copies, present), present);
                    });
}

}  // namespace detail

/// Computes the sums of `softmax_mixture` without gradients, and treats samples separately: a copy that
/// is not finite for a sample is excluded from the mixture of this sample only, so the results of a sample
/// do not depend on other samples. Overwrites the scores.
template <class Backend, class T>
MixtureSums softmax_mixture_evaluate(const SoftmaxBatch<T>& in, Matrix<T> scores, double* log_likelihood,
                                     double* workspace, Threads& threads) {
    const auto softmax = detail::overwritten_scores<typename Backend::arch>(in, scores.stride);
    const MixtureWorkspace space(workspace, in.copies);
    detail::for_each_averaged<Backend, T>(
        in, scores, space, threads,
        [&](std::size_t b, const T* e, const auto& piece, double log_total, const auto& present) {
            const T weight = in.truth.weights == nullptr ? T{1} : in.truth.weights[b];
            detail::add_sample(softmax, e, in.truth.labels[b], static_cast<double>(weight), space, piece,
                               log_total, present);
        });
    return detail::add_pieces(space, in.batch, in.copies, log_likelihood);
}

/// probabilities[b][k] = sum_j a_j p_j(k), over the copies that are finite for sample b; NaN if none is.
/// Overwrites the scores. For the probabilities of one copy, pass a batch of one copy whose scores begin
/// at that copy's.
template <class Backend, class T>
void softmax_mixture_predict(const SoftmaxBatch<T>& in, Matrix<T> scores, Matrix<T> probabilities,
                             double* workspace, Threads& threads) {
    const auto softmax = detail::overwritten_scores<typename Backend::arch>(in, scores.stride);
    const MixtureWorkspace space(workspace, in.copies);
    SoftmaxBatch<T> unlabelled = in;
    unlabelled.truth.labels = nullptr;
    detail::for_each_averaged<Backend, T>(
        unlabelled, scores, space, threads,
        [&](std::size_t b, const T* e, const auto& piece, double log_total, const auto& present) {
            T* to = probabilities.row(b);
            if (!is_finite(log_total)) {
                std::fill_n(to, in.classes, std::numeric_limits<T>::quiet_NaN());
                return;
            }
            detail::mixing_factors(space, piece, in.copies, log_total, present);
            softmax.for_each_mixed(e, piece.evidence, [&](std::size_t k, T p) { to[k] = p; });
        });
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
