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

/// The copies of a head that are computed, side by side; retired ones are left out.
struct HeadCopies {
    std::size_t count = 0;
    const double* log_weights = nullptr;  ///< [count], ln of the averaging weights
    double* log_likelihood = nullptr;     ///< [count], to be written where there is truth: sum over the rows
};

/// What the classifier in a head does with the scores of all copies. A head from outside the library
/// has it as a member, `template <std::size_t Copies> struct Loss`:
///
///   BatchLoss learn(context, copies, scores, trunk)
///       returns the loss, writes `copies.log_likelihood`, and writes the gradients of the scores: each
///       copy's own in the place of its scores, and the trunk's, weighted by copy, to `trunk`
///   BatchLoss predict(context, copies, scores)
///       writes context.output; with `context.head->truth` also compares with it, as learn
///   std::size_t workspace(rows)
///       elements of T that these need in context.workspace
///
/// `scores`: [rows, copies.count x outputs], a row every `stride` elements. Copies bounds copies.count.
template <class Classifier, std::size_t Copies>
struct HeadLoss {
    using not_specialised = void;
};
template <class Classifier, std::size_t Copies>
    requires requires { typename Classifier::template Loss<Copies>; }
struct HeadLoss<Classifier, Copies> : Classifier::template Loss<Copies> {};

namespace detail {
/// Said of a head once, whatever is done with it.
template <class Loss, class T>
struct CheckedLoss {
    static constexpr bool specialised = !requires { typename Loss::not_specialised; };
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

    static_assert(specialised,
                  "alrao: nothing turns this head's scores into losses: a head of your own has a member "
                  "`template <std::size_t Copies> struct Loss`; of another include its header of ops/");
    static_assert(
        !specialised || learns,
        "alrao: HeadLoss<Classifier, Copies> has `template <class Backend, class T> static BatchLoss "
        "learn(Context<T>&, const HeadCopies&, const Block<T>& scores, const Block<T>& trunk)`");
    static_assert(
        !specialised || !learns || predicts,
        "alrao: HeadLoss<Classifier, Copies> has `template <class Backend, class T> static BatchLoss "
        "predict(Context<T>&, const HeadCopies&, const Block<T>& scores)`");
    static_assert(!specialised || !learns || !predicts || sized,
                  "alrao: HeadLoss<Classifier, Copies> has `template <class T> static std::size_t "
                  "workspace(std::size_t rows)`: how many T the others need");
};

/// The factor that makes the batch's loss a mean: 1 / sum of the sample weights.
/// @throws ArgumentError on a weight below 0, or one that is not finite
template <class T>
double mean_factor(const Context<T>& context) {
    const std::size_t rows = context.input.rows;
    const T* weights = context.head->truth.weights;
    if (weights == nullptr) return 1 / static_cast<double>(rows);
    double sum = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        if (!(weights[row] >= 0) || !is_finite(weights[row]))
            fail({"alrao: sample ", row, " of the batch has weight ", weights[row],
                  ", needed a finite number from 0 on"});
        sum += static_cast<double>(weights[row]);
    }
    return sum > 0 ? 1 / sum : 0;
}

/// What the losses of all classifiers share: whose scores are looked at, memory, the report.
template <std::size_t Outputs, std::size_t Copies>
struct MixtureLoss {
    /// Elements of T in the doubles that a mixture works in.
    template <class T>
    static std::size_t workspace(std::size_t rows) {
        return kernels::MixtureWorkspace::size(rows, Copies) * sizeof(double) / sizeof(T);
    }

protected:
    /// Copies that are averaged, and their scores: all of them or the one of the largest weight.
    template <class T>
    struct Choice {
        kernels::Matrix<T> scores;
        std::size_t copies;
        const double* log_weights;
        std::size_t first = 0;  ///< of them among those that are computed
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

    /// Moves what one copy reported to its place: the others were not computed.
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
        // Of a sample for which no copy was finite the loss is infinite, with or without others.
        return {.loss = sums.loss,
                .weight = sums.weight,
                .correct = sums.correct,
                .any_finite = is_finite(sums.loss)};
    }
};

/// Raises on a label outside 0 .. classes - 1: it would be an index.
inline void require_labels(const std::int32_t* labels, std::size_t rows, std::size_t classes) {
    if (labels == nullptr) fail("alrao: this head needs a label per sample");
    for (std::size_t row = 0; row < rows; ++row)
        if (labels[row] < 0 || static_cast<std::size_t>(labels[row]) >= classes)
            fail({"alrao: sample ", row, " of the batch has label ", labels[row], ", needed 0 to ",
                  classes - 1});
}

}  // namespace detail

}  // namespace alrao
