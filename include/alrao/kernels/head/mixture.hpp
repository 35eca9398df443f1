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

/// Samples whose figures are summed as one piece. A constant, so sums do not depend on the threads.
inline constexpr std::size_t piece_samples = 16;

[[nodiscard]] constexpr std::size_t sample_pieces(std::size_t batch) {
    return (batch + piece_samples - 1) / piece_samples;
}

/// The sums of a pass of an averaged head over a batch. They are computed in pieces of `piece_samples`
/// samples, in order, so their bits do not depend on the number of threads.
struct MixtureSums {
    double loss = 0;    ///< sum over samples of -weight ln(mixture likelihood); +inf if a sample has no copy
    double weight = 0;  ///< sum of the sample weights (the number of samples if there are none)
    std::size_t correct = 0;        ///< samples whose label is the mixture's most probable class
    std::size_t finite_copies = 0;  ///< copies that were finite throughout the batch
};

/// Destination of the gradients: rows with the stride of the scores. Columns after copies * classes are
/// set to zero.
template <class T>
struct MixtureGradients {
    Matrix<T> own;    ///< each copy's gradient of its own loss; may be the scores
    Matrix<T> trunk;  ///< the same times the copy's responsibility; data null if not wanted
    T scale;          ///< factor of the loss, such as 1 / batch
};

/// Logarithm of a probability of zero that takes part in arithmetic without becoming NaN.
inline constexpr double log_of_nothing = -1e300;

/// Doubles in one row of per-copy values: whole vectors of any instruction set.
[[nodiscard]] constexpr std::size_t padded_copies(std::size_t copies) { return (copies + 7) / 8 * 8; }

/// The doubles that a pass of a mixture over a batch works in: figures of the whole batch, then for
/// each piece of samples its sums and one sample's figures.
class MixtureWorkspace {
public:
    [[nodiscard]] static constexpr std::size_t size(std::size_t batch, std::size_t copies) {
        return 3 * padded_copies(copies) + sample_pieces(batch) * piece_size(copies);
    }

    constexpr MixtureWorkspace(double* data, std::size_t copies) : data_(data), copies_(copies) {}

    /// [copies, padded] ln a_j, `log_of_nothing` for a weight of zero.
    [[nodiscard]] constexpr double* log_weight() const { return data_; }
    /// [copies, padded] a_j
    [[nodiscard]] constexpr double* weight() const { return data_ + padded_copies(copies_); }
    /// [copies] 1 for a copy that is finite throughout the batch, else 0.
    [[nodiscard]] constexpr double* finite() const { return data_ + 2 * padded_copies(copies_); }

    struct Piece {
        double* log_likelihood;  ///< [copies] sum over the piece's samples
        double* evidence;        ///< [copies, padded] one sample: ln p_j, then ln(a_j p_j)
        double* normalizer;      ///< [copies, padded] one sample: sum of a copy's exponentials
        double* share;           ///< [copies, padded] one sample: responsibilities
        double* present;         ///< [copies, padded] one sample: 1 for a copy that is finite there
        double* sums;            ///< loss, weight, correct
    };
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

/// One type for all flags per copy, so that functions that read them are compiled once.
struct Flags {
    const double* flag;
    [[nodiscard]] bool operator()(std::size_t copy) const { return !is_zero(flag[copy]); }
};

/// Fills the averaging weights of the whole batch; a weight of zero takes no part.
inline void weigh_copies(const MixtureWorkspace& space, std::size_t copies, const double* log_weights) {
    for (std::size_t j = 0; j < padded_copies(copies); ++j) {
        const bool takes_part = j < copies && is_finite(log_weights[j]);
        space.log_weight()[j] = takes_part ? log_weights[j] : log_of_nothing;
        space.weight()[j] = takes_part ? std::exp(log_weights[j]) : 0.0;
    }
}

/// Calls f(sample, piece) for the samples of each piece in order, with the piece's sums at zero.
template <class F>
void for_each_sample(const MixtureWorkspace& space, std::size_t batch, std::size_t copies,
                     std::size_t elements, Threads& threads, F&& f) {
    // A sample's exponentials, and its logarithms, are worth some thirty plain elements each.
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

/// ln of the weight of the copies that are present, by which the mixture is divided: exactly 0 if
/// all that have a weight are present, -infinity if none has one. Weights that are 0 as numbers
/// count by their shares of the largest.
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

/// From evidence ln(a_j p_j), padded with nothing: ln sum_j a_j p_j, and the responsibilities.
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

/// Adds the pieces in order. A copy that was not finite has log-likelihood -infinity.
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
