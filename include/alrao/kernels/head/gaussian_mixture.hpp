#pragma once

#include <alrao/kernels/head/mixture.hpp>
#include <alrao/kernels/head/truth.hpp>
#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>

namespace alrao::kernels {

/// The inputs of an averaged Gaussian head for a batch, without the means [batch][copies][outputs], which are
/// passed as a separate argument, one row per sample. If `truth.selected` is given, only output selected[b]
/// of sample b is compared (the action taken, in Q-learning).
template <class T>
struct GaussianBatch {
    std::size_t batch, copies, outputs;
    const double* log_weights;  ///< [copies], ln a_j: logarithms of the averaging weights
    const double* variances;    ///< [copies], above 0
    Truth<T> truth;             ///< targets in standard units
};

namespace detail {

/// The range of outputs of sample b that are compared with targets.
template <class T>
[[nodiscard]] Range counted_outputs(const GaussianBatch<T>& in, std::size_t b) {
    if (in.truth.selected == nullptr) return {0, in.outputs};
    const auto only = static_cast<std::size_t>(in.truth.selected[b]);
    return {only, only + 1};
}

/// The target of an output of sample b.
template <class T>
[[nodiscard]] double target(const GaussianBatch<T>& in, std::size_t b, std::size_t output) {
    return static_cast<double>(in.truth.selected == nullptr ? in.truth.targets[b * in.outputs + output]
                                                            : in.truth.targets[b]);
}

/// ln N(target; mean, variance I), over the outputs that are compared.
template <class T>
[[nodiscard]] double log_density(const GaussianBatch<T>& in, std::size_t b, std::size_t copy, const T* mean) {
    const Range counted = counted_outputs(in, b);
    double squares = 0;
    for (std::size_t d = counted.begin; d < counted.end; ++d) {
        const double apart = static_cast<double>(mean[d]) - target(in, b, d);
        squares += apart * apart;
    }
    const double variance = in.variances[copy];
    return -0.5 * (squares / variance +
                   static_cast<double>(counted.size()) * std::log(2 * std::numbers::pi * variance));
}

/// The derivative of -ln N with respect to mean[d], times `pull`.
template <class T>
[[nodiscard]] T mean_gradient(const GaussianBatch<T>& in, std::size_t b, std::size_t copy, const T* mean,
                              std::size_t d, double pull) {
    const double apart = static_cast<double>(mean[d]) - target(in, b, d);
    return static_cast<T>(apart / in.variances[copy] * pull);
}

/// True if the means, densities and gradients of a copy are finite for sample b.
template <class T>
[[nodiscard]] bool finite_sample(const GaussianBatch<T>& in, std::size_t b, std::size_t copy, const T* mean,
                                 double pull) {
    for (std::size_t d = 0; d < in.outputs; ++d) {
        if (!is_finite(mean[d])) return false;
    }
    const Range counted = counted_outputs(in, b);
    for (std::size_t d = counted.begin; d < counted.end; ++d) {
        if (!is_finite(mean_gradient(in, b, copy, mean, d, pull))) return false;
    }
    return is_finite(log_density(in, b, copy, mean));
}

/// Adds the loss and the weight of one sample, and the copies' log-likelihoods, to the sums of its piece.
/// Stores the responsibilities in `share`.
template <class Arch, class T, class Present>
void add_gaussian_sample(const GaussianBatch<T>& in, std::size_t b, const T* means, double w,
                         const MixtureWorkspace& space, const MixtureWorkspace::Piece& piece,
                         double log_total, Present&& present) {
    for (std::size_t j = 0; j < padded_copies(in.copies); ++j) {
        piece.evidence[j] = log_of_nothing;
        if (j >= in.copies) continue;
        if (!present(j)) {
            piece.log_likelihood[j] = -std::numeric_limits<double>::infinity();
            continue;
        }
        const double density = log_density(in, b, j, means + j * in.outputs);
        piece.log_likelihood[j] += w * density;
        piece.evidence[j] = density + space.log_weight()[j];
    }
    double mixture = responsibilities<Arch>(piece, in.copies);
    if (is_finite(mixture)) mixture -= log_total;
    if (!is_zero(w)) piece.sums[0] -= w * mixture;
    piece.sums[1] += w;
}

/// The weight of sample b in the loss: its weight in `truth`.
template <class T>
[[nodiscard]] double sample_weight(const GaussianBatch<T>& in, std::size_t b) {
    return in.truth.weight(b);
}

}  // namespace detail

/// A training pass of the averaged Gaussian head. For each sample, let D be the number of outputs that
/// are compared, p_j(y) = (2 pi v_j)^(-D/2) exp(-|m_j - y|^2 / (2 v_j)) the density of copy j, and w the
/// weight of the sample:
///   own gradient of copy j   delta_j = (m_j - y) / v_j  w scale, 0 for outputs that are not compared
///   loss of the mixture      -w ln sum_j a_j p_j(y)
///   trunk gradient           r_j delta_j with r_j = a_j p_j(y) / sum_i a_i p_i(y)
/// and log_likelihood[j] = sum over samples of w ln p_j(y). `correct` of the result is 0.
///
/// A copy with a mean, a density or a gradient in the batch that is not finite gets the gradient 0 and the
/// log-likelihood -infinity. It is excluded from the mixture of the whole batch, and the other weights are
/// rescaled to sum to 1. If no copy with a positive weight remains, `loss` is +infinity and the trunk
/// gradient is 0. With a single copy, its own gradient and the trunk gradient have equal bits.
/// @param log_likelihood [copies], output
/// @param workspace MixtureWorkspace::size(batch, copies) doubles
/// Source: Alrao, algorithm 1, with the density of a regression.
template <class Backend, class T>
MixtureSums gaussian_mixture(const GaussianBatch<T>& in, Matrix<const T> means,
                             const MixtureGradients<T>& out, double* log_likelihood, double* workspace,
                             Threads& threads) {
    using Arch = typename Backend::arch;
    const MixtureWorkspace space(workspace, in.copies);
    const std::size_t used = in.copies * in.outputs;
    const auto pull = [&](std::size_t b) {
        return detail::sample_weight(in, b) * static_cast<double>(out.scale);
    };
    for (std::size_t j = 0; j < in.copies; ++j) {
        bool finite = true;
        for (std::size_t b = 0; b < in.batch && finite; ++b) {
            finite = detail::finite_sample(in, b, j, means.row(b) + j * in.outputs, pull(b));
        }
        space.finite()[j] = finite ? 1 : 0;
    }
    const auto finite = [&](std::size_t j) { return !is_zero(space.finite()[j]); };
    detail::weigh_copies(space, in.copies, in.log_weights);
    const double log_total = detail::log_weight_present(space, in.copies, finite);

    detail::for_each_sample(
        space, in.batch, in.copies, in.batch * used, threads,
        [&](std::size_t b, const MixtureWorkspace::Piece& piece) {
            const T* mean = means.row(b);
            detail::add_gaussian_sample<Arch>(in, b, mean, detail::sample_weight(in, b), space, piece,
                                              log_total, finite);
            T* own = out.own.row(b);
            T* trunk = out.trunk.data == nullptr ? nullptr : out.trunk.row(b);
            const Range counted = detail::counted_outputs(in, b);
            for (std::size_t j = 0; j < in.copies; ++j) {
                const T share = static_cast<T>(piece.share[j]);
                for (std::size_t d = 0; d < in.outputs; ++d) {
                    const std::size_t at = j * in.outputs + d;
                    const bool counts = finite(j) && d >= counted.begin && d < counted.end;
                    const T delta =
                        counts ? detail::mean_gradient(in, b, j, mean + j * in.outputs, d, pull(b)) : T{0};
                    if (trunk != nullptr) trunk[at] = delta * share;
                    own[at] = delta;
                }
            }
            std::fill(own + used, own + out.own.stride, T{0});
            if (trunk != nullptr) std::fill(trunk + used, trunk + out.trunk.stride, T{0});
        });
    return detail::add_pieces(space, in.batch, in.copies, log_likelihood);
}

/// Returns the sums of `gaussian_mixture` without computing gradients, and treats samples separately: a
/// copy that is not finite for a sample is excluded from the mixture of this sample only.
template <class Backend, class T>
MixtureSums gaussian_mixture_evaluate(const GaussianBatch<T>& in, Matrix<const T> means,
                                      double* log_likelihood, double* workspace, Threads& threads) {
    const MixtureWorkspace space(workspace, in.copies);
    detail::weigh_copies(space, in.copies, in.log_weights);
    detail::for_each_sample(
        space, in.batch, in.copies, in.batch * in.copies * in.outputs, threads,
        [&](std::size_t b, const MixtureWorkspace::Piece& piece) {
            const T* mean = means.row(b);
            for (std::size_t j = 0; j < in.copies; ++j) {
                const bool here = detail::finite_sample(in, b, j, mean + j * in.outputs, 1.0);
                piece.present[j] = here ? 1 : 0;
            }
            const auto present = [&](std::size_t j) { return !is_zero(piece.present[j]); };
            detail::add_gaussian_sample<typename Backend::arch>(
                in, b, mean, detail::sample_weight(in, b), space, piece,
                detail::log_weight_present(space, in.copies, present), present);
        });
    return detail::add_pieces(space, in.batch, in.copies, log_likelihood);
}

/// to[b][d] = sum_j a_j m_j[d], the mean of the mixture, over the copies whose means of sample b are all
/// finite; NaN if no copy with a positive weight has finite means. (The prediction of one copy is its part of
/// the means.)
template <class Backend, class T>
void gaussian_mixture_predict(std::size_t batch, std::size_t copies, std::size_t outputs,
                              const double* log_weights, Matrix<const T> means, Matrix<T> to,
                              Threads& threads) {
    split_work(threads, batch, 1, batch * copies * outputs, [&](std::size_t begin, std::size_t end) {
        for (std::size_t b = begin; b < end; ++b) {
            const auto usable = [&](std::size_t j) {
                const T* mean = means.row(b) + j * outputs;
                return is_finite(log_weights[j]) &&
                       std::all_of(mean, mean + outputs, [](T m) { return is_finite(m); });
            };
            const double log_total = detail::log_weight_present(
                copies, [&](std::size_t j) { return log_weights[j]; }, usable);
            for (std::size_t d = 0; d < outputs; ++d) {
                double sum = is_finite(log_total) ? 0 : std::numeric_limits<double>::quiet_NaN();
                for (std::size_t j = 0; j < copies; ++j)
                    if (usable(j))
                        sum += std::exp(log_weights[j] - log_total) *
                               static_cast<double>(means.row(b)[j * outputs + d]);
                to.row(b)[d] = static_cast<T>(sum);
            }
        }
    });
}

}  // namespace alrao::kernels
