#pragma once

#include <alrao/kernels/head/softmax_mixture.hpp>
#include <alrao/ops/head.hpp>

#include <cstddef>

namespace alrao {

/// Loss of SoftmaxClassifier: negative log-likelihood of the labels under the probabilities averaged over
/// the copies.
template <std::size_t Classes, std::size_t Copies>
struct HeadLoss<SoftmaxClassifier<Classes>, Copies> : detail::MixtureLoss<Classes, Copies> {
    using Base = detail::MixtureLoss<Classes, Copies>;

    template <class Backend, class T>
    static BatchLoss learn(Context<T>& context, const HeadCopies& copies, const Block<T>& scores,
                           const Block<T>& trunk) {
        detail::require_labels(context.head->truth.labels, scores.rows, Classes);
        return Base::loss_of(kernels::softmax_mixture<Backend, T>(
            batch(context, copies, scores.rows), scores.matrix(), Base::gradients(context, scores, trunk),
            copies.log_likelihood, Base::doubles(context), *context.threads));
    }

    /// Without labels: writes the class probabilities to context.output. With labels: returns loss and
    /// number of correct predictions, and does not write context.output.
    template <class Backend, class T>
    static BatchLoss predict(Context<T>& context, const HeadCopies& copies, const Block<T>& scores) {
        const HeadCall<T>& head = *context.head;
        const auto chosen = Base::choose_copies(copies, scores, context.averaged == Averaged::best_copy);
        kernels::SoftmaxBatch<T> in = batch(context, copies, scores.rows);
        in.copies = chosen.copies;
        in.log_weights = chosen.log_weights;
        in.room = scores.stride - chosen.first * Classes;
        if (head.truth.labels == nullptr && !head.needs_truth) {
            kernels::softmax_mixture_predict<Backend, T>(in, chosen.scores, context.output.matrix(),
                                                         Base::doubles(context), *context.threads);
            return {};
        }
        detail::require_labels(head.truth.labels, scores.rows, Classes);
        const BatchLoss loss = Base::loss_of(kernels::softmax_mixture_evaluate<Backend, T>(
            in, chosen.scores, copies.log_likelihood, Base::doubles(context), *context.threads));
        Base::place(copies, chosen);
        return loss;
    }

private:
    template <class T>
    static kernels::SoftmaxBatch<T> batch(const Context<T>& context, const HeadCopies& copies,
                                          std::size_t rows) {
        return {.batch = rows,
                .copies = copies.count,
                .classes = Classes,
                .log_weights = copies.log_weights,
                .truth = context.head->truth,
                .largest_scores = context.training ? context.scratch.fixed : nullptr};
    }
};

}  // namespace alrao
