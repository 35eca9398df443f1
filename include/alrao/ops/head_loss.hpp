#pragma once

#include <alrao/kernels/head/mixture.hpp>
#include <alrao/ops/batch_loss.hpp>
#include <alrao/ops/context.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace alrao {

/// The copies of a head that are computed in a call. Retired copies are not included.
struct HeadCopies {
    std::size_t count = 0;
    const double* log_weights = nullptr;  ///< [count], ln of the averaging weights
    double* log_likelihood = nullptr;     ///< [count], output if there is truth: sum over all rows
};

/// The loss of a head: turns the scores of all copies into loss, gradients and predictions. A head outside
/// the library has it as a member `template <std::size_t Copies> struct Loss` with the static functions
///
///   BatchLoss learn(context, copies, scores, trunk)
///       Returns the loss of the averaged likelihood, summed over the batch, and writes
///       `copies.log_likelihood`. Overwrites the scores of each copy by the gradient of that copy's own mean
///       loss, and writes the gradient of the averaged mean loss with respect to the scores to `trunk`. The
///       factor of a mean is detail::mean_factor(context), 1 / (sum of the sample weights).
///   BatchLoss predict(context, copies, scores)
///       Without labels or targets in `context.head->truth`: writes the prediction to context.output, that of
///       the mixture or of the best copy, as `context.averaged` says. With them: returns the loss and writes
///       `copies.log_likelihood`; context.output may be left unwritten.
///   std::size_t workspace(rows)
///       Returns the number of elements of T that learn and predict need in context.workspace.
///
/// `scores` and `trunk` are [rows, copies.count * outputs] with a row stride of `scores.stride` elements; the
/// columns of copy j begin at j * outputs, and learn sets those from copies.count * outputs up to the stride to 0.
/// With a single copy both are the same memory, as both gradients are equal. Rows of `context.output` are
/// `context.output.stride` elements apart. Copies is the number of all copies, an upper bound of copies.count.
///
/// Laws, which check_head (check/head/head.hpp) tests on any head:
///
///   - the gradients of a copy are those of its own mean loss; the gradients of the trunk are those of the
///     averaged loss
///   - the loss of a sample comes from the likelihoods of the copies, averaged by their weights:
///     -ln sum_j a_j p_j; the loss of a batch is the sum over its samples
///   - predicted probabilities are at least 0 and sum to 1, in a classification
///   - Averaged::best_copy gives the same prediction as the mixture when the best copy has weight 1
///   - predict with labels or targets returns the same loss as learn
///   - BatchLoss::correct counts the samples whose label has the largest predicted probability
///   - predict returns in BatchLoss::squared_error the sum of the squared differences between predictions and
///     targets, in units of BatchLoss::error_unit
///   - AveragedHead<Head, 1> gives the same loss, gradients and predictions as Head
///   - a copy's likelihood and gradients do not depend on the other copies
///   - a copy that is not finite has log-likelihood -infinity, and changes nothing for the other copies
///   - a sample of weight 2 counts as two samples, one of weight 0 as none
///   - ArgumentError is thrown if labels or targets are missing, or if a label is negative or not less than
///     the number of outputs
///   - the results are bit-identical on any number of threads
///   - the size of the workspace does not decrease when rows are added
template <class Classifier, std::size_t Copies>
struct HeadLoss {
    using not_specialised = Classifier;
};
template <class Classifier, std::size_t Copies>
    requires requires { typename Classifier::template Loss<Copies>; }
struct HeadLoss<Classifier, Copies> : Classifier::template Loss<Copies> {};

namespace detail {
/// Checks the members of a head's loss, so that a missing one gives a single error.
template <class Loss, class T>
struct CheckedLoss {
    static constexpr bool specialised = !requires { typename Loss::not_specialised; };
    /// A head with functions for DensityLoss, which does not accept them.
    static constexpr bool has_wrong_density =
        requires { &Loss::not_specialised::log_density; } || requires { &Loss::not_specialised::slope; };
    static constexpr bool learns =
        requires(Context<T>& context, const HeadCopies& copies, const Block<T>& block) {
            { Loss::template learn<OwnTiles<>, T>(context, copies, block, block) } -> std::same_as<BatchLoss>;
        };
    static constexpr bool predicts =
        requires(Context<T>& context, const HeadCopies& copies, const Block<T>& block) {
            { Loss::template predict<OwnTiles<>, T>(context, copies, block) } -> std::same_as<BatchLoss>;
        };
    static constexpr bool sized = requires {
        { Loss::template workspace<T>(std::size_t{}) } -> std::same_as<std::size_t>;
    };
    static constexpr bool good = specialised && learns && predicts && sized;

    static_assert(
        !has_wrong_density,
        "alrao: DensityLoss<Head, Copies> needs standardizes_targets == false, and public functions of the "
        "head: static double log_density(double output, double target) and slope(double output, double "
        "target), the derivative of -log_density by the output");
    static_assert(specialised || has_wrong_density,
                  "alrao: this head has no loss: a head of your own needs a member `template <std::size_t "
                  "Copies> struct Loss`; for a head of the library include its header in alrao/ops/");
    static_assert(
        !specialised || learns,
        "alrao: HeadLoss<Classifier, Copies> needs `template <class Backend, class T> static BatchLoss "
        "learn(Context<T>&, const HeadCopies&, const Block<T>& scores, const Block<T>& trunk)`");
    static_assert(
        !specialised || !learns || predicts,
        "alrao: HeadLoss<Classifier, Copies> needs `template <class Backend, class T> static BatchLoss "
        "predict(Context<T>&, const HeadCopies&, const Block<T>& scores)`");
    static_assert(!specialised || !learns || !predicts || sized,
                  "alrao: HeadLoss<Classifier, Copies> needs `template <class T> static std::size_t "
                  "workspace(std::size_t rows)`: the number of elements of T that learn and predict need");
};

/// The factor that turns a batch's loss into a mean: 1 / sum of the sample weights; 0 if all are 0.
/// @throws ArgumentError if a weight is negative or not finite
template <class T>
double mean_factor(const Context<T>& context) {
    const std::size_t rows = context.input.rows;
    const T* weights = context.head->truth.weights;
    if (weights == nullptr) return 1 / static_cast<double>(rows);
    double sum = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        if (!(weights[row] >= 0) || !is_finite(weights[row]))
            fail({"alrao: sample ", row, " of the batch has weight ", weights[row],
                  ": weights must be finite and not negative"});
        sum += static_cast<double>(weights[row]);
    }
    return sum > 0 ? 1 / sum : 0;
}

/// Base of the losses in the library: choice of copies, workspace, results.
template <std::size_t Outputs, std::size_t Copies>
struct MixtureLoss {
    /// Number of elements of T that hold the doubles of the mixture kernels.
    template <class T>
    static std::size_t workspace(std::size_t rows) {
        return kernels::MixtureWorkspace::size(rows, Copies) * sizeof(double) / sizeof(T);
    }

protected:
    /// The copies that are averaged: all computed copies, or the one with the largest weight.
    template <class T>
    struct Choice {
        kernels::Matrix<T> scores;
        std::size_t copies;
        const double* log_weights;
        std::size_t first = 0;  ///< index of the first one among the computed copies
    };
    template <class T>
    static Choice<T> choose_copies(const HeadCopies& copies, const Block<T>& scores, bool best_copy) {
        static constexpr double certain = 0;
        const double* const weights = copies.log_weights;
        Choice<T> all{scores.matrix(), copies.count, weights};
        if (!best_copy) return all;
        const auto best =
            static_cast<std::size_t>(std::max_element(weights, weights + copies.count) - weights);
        all.scores.data += best * Outputs;
        return {all.scores, 1, &certain, best};
    }

    /// If one copy was evaluated: moves its log-likelihood to its entry; the others become -infinity.
    template <class T>
    static void place(const HeadCopies& copies, const Choice<T>& chosen) {
        if (chosen.copies == copies.count) return;
        const double its_own = copies.log_likelihood[0];
        std::fill_n(copies.log_likelihood, copies.count, -std::numeric_limits<double>::infinity());
        copies.log_likelihood[chosen.first] = its_own;
    }

    template <class T>
    static kernels::MixtureGradients<T> gradients(const Context<T>& context, const Block<T>& scores,
                                                  const Block<T>& trunk) {
        return {.own = scores.matrix(),
                .trunk = Copies > 1 ? trunk.matrix() : kernels::Matrix<T>{nullptr, trunk.stride},
                .scale = static_cast<T>(mean_factor(context))};
    }
    template <class T>
    static double* doubles(const Context<T>& context) {
        return reinterpret_cast<double*>(context.workspace);
    }
    static BatchLoss loss_of(const kernels::MixtureSums& sums) {
        // If no copy is finite for some sample, the loss is infinite.
        return {.loss = sums.loss,
                .weight = sums.weight,
                .correct = sums.correct,
                .any_finite = is_finite(sums.loss)};
    }
};

/// Throws ArgumentError if labels are missing or a label, which is used as an index, is out of range.
inline void require_labels(const std::int32_t* labels, std::size_t rows, std::size_t classes) {
    if (labels == nullptr) fail("alrao: this head needs a label for each sample");
    for (std::size_t row = 0; row < rows; ++row)
        if (labels[row] < 0 || static_cast<std::size_t>(labels[row]) >= classes)
            fail({"alrao: sample ", row, " of the batch has label ", labels[row], ": labels must be 0 to ",
                  classes - 1});
}

}  // namespace detail

}  // namespace alrao
