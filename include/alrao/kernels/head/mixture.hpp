#pragma once

#include <alrao/kernels/matrix.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/transcendental.hpp>
#include <alrao/kernels/vector.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// The number of samples that are summed as one piece. It is a constant, so sums do not depend on the
/// number of threads.
inline constexpr std::size_t piece_samples = 16;

/// The number of pieces of `piece_samples` samples that cover a batch.
[[nodiscard]] constexpr std::size_t sample_pieces(std::size_t batch) {
    return (batch + piece_samples - 1) / piece_samples;
}

/// The sums of a pass of an averaged head over a batch. They are computed in pieces of `piece_samples`
/// samples, in order, so their bits do not depend on the number of threads.
struct MixtureSums {
    double loss = 0;    ///< sum over samples of -weight ln(mixture likelihood); +inf if no copy is finite
    double weight = 0;  ///< sum of the weights of the samples (without weights: the number of samples)
    std::size_t correct = 0;        ///< samples for which the mixture's most probable class is the label
    std::size_t finite_copies = 0;  ///< copies that are finite for all samples of the batch
};

/// Destination of the gradients: rows with the stride of the scores. Columns after copies * classes are
/// set to zero.
template <class T>
struct MixtureGradients {
    Matrix<T> own;  ///< the gradient of each copy's own loss; may be the memory of the scores
    /// `own` times the responsibility of the copy, a_j p_j / sum_i a_i p_i, where a_j is the averaging weight
    /// and p_j the likelihood of copy j; not computed if its data is null
    Matrix<T> trunk;
    T scale;  ///< factor of the loss, such as 1 / batch
};

/// Stands for the logarithm of 0 in sums, where -infinity could become NaN.
inline constexpr double log_of_nothing = -1e300;

/// The number of doubles in a row with one value per copy: a multiple of the register width of every
/// instruction set.
[[nodiscard]] constexpr std::size_t padded_copies(std::size_t copies) { return (copies + 7) / 8 * 8; }

/// The workspace of a mixture for a batch: values of the whole batch, then for each piece of samples its
/// sums and the values of one sample.
class MixtureWorkspace {
public:
    /// The number of doubles of the workspace.
    [[nodiscard]] static constexpr std::size_t size(std::size_t batch, std::size_t copies) {
        return 3 * padded_copies(copies) + sample_pieces(batch) * piece_size(copies);
    }

    /// A view of `data`, which must hold size(batch, copies) doubles.
    constexpr MixtureWorkspace(double* data, std::size_t copies) : data_(data), copies_(copies) {}

    /// [copies, padded] ln a_j, `log_of_nothing` for a weight of zero.
    [[nodiscard]] constexpr double* log_weight() const { return data_; }
    /// [copies, padded] a_j
    [[nodiscard]] constexpr double* weight() const { return data_ + padded_copies(copies_); }
    /// [copies] 1 for a copy that is finite throughout the batch, else 0.
    [[nodiscard]] constexpr double* finite() const { return data_ + 2 * padded_copies(copies_); }

    /// The values of one piece of samples. All but `log_likelihood` and `sums` belong to one sample at a
    /// time.
    struct Piece {
        double* log_likelihood;  ///< [copies], sum over the samples of the piece
        double* evidence;        ///< [copies, padded], ln p_j, then ln(a_j p_j), then mixing factors
        double* normalizer;      ///< [copies, padded], the sum of the exponentials of each copy
        double* share;           ///< [copies, padded], responsibilities
        double* present;         ///< [copies, padded], 1 for a copy that is finite for the sample, else 0
        double* sums;            ///< [3]: loss, weight, correct
    };
    /// The values of piece `index`.
    [[nodiscard]] constexpr Piece piece(std::size_t index) const {
        const std::size_t row = padded_copies(copies_);
        double* at = data_ + 3 * row + index * piece_size(copies_);
        return {at, at + row, at + 2 * row, at + 3 * row, at + 4 * row, at + 5 * row};
    }

private:
    [[nodiscard]] static constexpr std::size_t piece_size(std::size_t copies) {
        return 5 * padded_copies(copies) + 8;
    }

    double* data_;
    std::size_t copies_;
};

namespace detail {

/// A predicate on copies: true if the flag is not 0. All flags use this type, so that functions that take
/// a predicate are compiled once.
struct Flags {
    const double* flag;
    [[nodiscard]] bool operator()(std::size_t copy) const { return !is_zero(flag[copy]); }
};

/// Fills `log_weight` and `weight` of the workspace; a log weight that is not finite means a weight of 0.
inline void weigh_copies(const MixtureWorkspace& space, std::size_t copies, const double* log_weights) {
    for (std::size_t j = 0; j < padded_copies(copies); ++j) {
        const bool takes_part = j < copies && is_finite(log_weights[j]);
        space.log_weight()[j] = takes_part ? log_weights[j] : log_of_nothing;
        space.weight()[j] = takes_part ? std::exp(log_weights[j]) : 0.0;
    }
}

/// Calls f(sample, piece) for the samples of each piece in order; the sums of a piece start at 0.
template <class F>
void for_each_sample(const MixtureWorkspace& space, std::size_t batch, std::size_t copies,
                     std::size_t elements, Threads& threads, F&& f) {
    // Exponentials and logarithms make an element about as expensive as 30 plain operations.
    split_work(threads, sample_pieces(batch), 1, 32 * elements, [&](std::size_t begin, std::size_t end) {
        for (std::size_t p = begin; p < end; ++p) {
            const auto piece = space.piece(p);
            std::fill_n(piece.log_likelihood, copies, 0.0);
            std::fill_n(piece.sums, 3, 0.0);
            const std::size_t stop = std::min(batch, (p + 1) * piece_samples);
            for (std::size_t b = p * piece_samples; b < stop; ++b) f(b, piece);
        }
    });
}

/// Logarithm of the total weight of the copies that are present, by which the mixture is divided: exactly
/// 0 if all copies with a positive weight are present, -infinity if no copy that is present has a finite
/// log weight. If the weights of all copies that are present underflow to 0, they are computed relative to
/// the largest.
template <class LogWeight, class Present>
double log_weight_present(std::size_t copies, LogWeight&& log_weight, Present&& present) {
    double most = log_of_nothing;
    bool all = true;
    for (std::size_t j = 0; j < copies; ++j) {
        if (present(j)) {
            most = std::max(most, log_weight(j));
        } else if (!is_zero(std::exp(log_weight(j)))) {
            all = false;
        }
    }
    if (most <= 0.5 * log_of_nothing) return -std::numeric_limits<double>::infinity();
    if (all) return 0;
    double total = 0;
    for (std::size_t j = 0; j < copies; ++j)
        if (present(j)) total += std::exp(log_weight(j) - most);
    return most + std::log(total);
}
template <class Present>
double log_weight_present(const MixtureWorkspace& space, std::size_t copies, Present&& present) {
    return log_weight_present(
        copies, [&](std::size_t j) { return space.log_weight()[j]; }, present);
}

/// Given evidence ln(a_j p_j), padded with `log_of_nothing`, returns ln sum_j a_j p_j and stores the
/// responsibilities in `share`.
template <class Arch>
double responsibilities(const MixtureWorkspace::Piece& piece, std::size_t copies) {
    using Vector = Register<double, Arch>;
    double most = piece.evidence[0];
    for (std::size_t j = 1; j < copies; ++j) most = std::max(most, piece.evidence[j]);
    if (most <= 0.5 * log_of_nothing) {
        std::fill_n(piece.share, copies, 0.0);
        return -std::numeric_limits<double>::infinity();
    }
    Vector sum(0.0);
    for (std::size_t j = 0; j < padded_copies(copies); j += Vector::size) {
        const Vector part = exponential(Vector::load_unaligned(piece.evidence + j) - most);
        part.store_unaligned(piece.share + j);
        sum = sum + part;
    }
    const double total = hadd(sum);
    for (std::size_t j = 0; j < copies; ++j) piece.share[j] /= total;
    return most + std::log(total);
}

/// Adds the sums of the pieces in order. The log-likelihood of a copy that was not finite becomes
/// -infinity.
inline MixtureSums add_pieces(const MixtureWorkspace& space, std::size_t batch, std::size_t copies,
                              double* log_likelihood) {
    MixtureSums sums;
    std::fill_n(log_likelihood, copies, 0.0);
    double correct = 0;
    for (std::size_t p = 0; p < sample_pieces(batch); ++p) {
        const auto piece = space.piece(p);
        for (std::size_t j = 0; j < copies; ++j) log_likelihood[j] += piece.log_likelihood[j];
        sums.loss += piece.sums[0];
        sums.weight += piece.sums[1];
        correct += piece.sums[2];
    }
    sums.correct = static_cast<std::size_t>(correct);
    for (std::size_t j = 0; j < copies; ++j) {
        if (is_finite(log_likelihood[j])) {
            ++sums.finite_copies;
        } else {
            log_likelihood[j] = -std::numeric_limits<double>::infinity();
        }
    }
    return sums;
}

}  // namespace detail

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
