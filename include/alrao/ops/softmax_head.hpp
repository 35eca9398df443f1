#pragma once

#include <alrao/kernels/softmax_mixture.hpp>
#include <alrao/ops/head.hpp>

#include <cstddef>

namespace alrao {

/// Softmax and negative log-likelihood of labels, averaged over copies.
template <std::size_t Classes, std::size_t Copies>
struct HeadLoss<SoftmaxClassifier<Classes>, Copies> : detail::MixtureLoss<Classes, Copies> {
    using Base = detail::MixtureLoss<Classes, Copies>;

    template <class Backend, class T>
    static void learn(Context<T>& context, const Block<T>& scores, const Block<T>& trunk) {
        HeadExchange<T>& head = *context.head;
        detail::require_labels(head.labels, scores.rows, Classes);
        Base::report(head, kernels::softmax_mixture<Backend, T>(
                               batch(context, scores.rows), scores.matrix(),
                               Base::gradients(context, scores, trunk), head.log_likelihood,
                               Base::doubles(context), *context.threads));
    }

    /// Probabilities of the classes; or, if there are labels, how they were predicted.
    template <class Backend, class T>
    static void predict(Context<T>& context, const Block<T>& scores) {
        HeadExchange<T>& head = *context.head;
        const auto chosen =
            Base::choose_copies(context, scores, context.averaged == Averaged::best_copy);
        kernels::SoftmaxBatch<T> in = batch(context, scores.rows);
        in.copies = chosen.copies;
        in.log_weights = chosen.log_weights;
        in.room = scores.stride - chosen.first * Classes;
        if (head.labels == nullptr && !head.compares) {
            kernels::softmax_mixture_predict<Backend, T>(in, chosen.scores, context.output.matrix(),
                                                         Base::doubles(context), *context.threads);
        } else {
            detail::require_labels(head.labels, scores.rows, Classes);
            Base::report(head, kernels::softmax_mixture_evaluate<Backend, T>(
                                   in, chosen.scores, head.log_likelihood, Base::doubles(context),
                                   *context.threads));
            Base::place(head, chosen);
        }
    }

private:
    template <class T>
    static kernels::SoftmaxBatch<T> batch(const Context<T>& context, std::size_t rows) {
        return {.batch = rows,
                .copies = context.head->copies,
                .classes = Classes,
                .log_weights = context.head->log_weights,
                .labels = context.head->labels,
                .sample_weights = context.head->sample_weights,
                .largest_scores = context.training ? context.scratch[2] : nullptr};
    }
};

template <std::size_t Classes>
struct Op<SoftmaxClassifier<Classes>> : detail::HeadOp<SoftmaxClassifier<Classes>, 1> {};

}  // namespace alrao
