#pragma once

#include <alrao/kernels/softmax_mixture.hpp>
#include <alrao/ops/head.hpp>

#include <algorithm>
#include <cstddef>

namespace alrao {

/// Softmax and negative log-likelihood of labels, averaged over copies.
template <std::size_t Classes, std::size_t Copies>
struct HeadLoss<SoftmaxClassifier<Classes>, Copies> {
    template <class Backend, class T>
    static void learn(Context<T>& context, const Block<T>& scores, const Block<T>& trunk) {
        HeadExchange<T>& head = *context.head;
        detail::require_labels(head.labels, scores.rows, Classes);
        const kernels::MixtureGradients<T> gradients{
            .own = scores.matrix(),
            .trunk = Copies > 1 ? trunk.matrix() : kernels::Matrix<T>{nullptr, trunk.stride},
            .scale = static_cast<T>(detail::mean_factor(context))};
        report(head, kernels::softmax_mixture<Backend, T>(
                         batch(context, scores.rows), scores.matrix(), gradients,
                         head.log_likelihood, doubles(context), *context.threads));
    }

    /// Probabilities of the classes; or, if there are labels, how they were predicted.
    template <class Backend, class T>
    static void predict(Context<T>& context, const Block<T>& scores) {
        HeadExchange<T>& head = *context.head;
        kernels::SoftmaxBatch<T> in = batch(context, scores.rows);
        kernels::Matrix<T> used = scores.matrix();
        constexpr double certain = 0;
        if (context.averaged == Averaged::best_copy) {
            const auto best = std::max_element(head.log_weights, head.log_weights + Copies);
            used.data += static_cast<std::size_t>(best - head.log_weights) * Classes;
            in.copies = 1;
            in.log_weights = &certain;
        }
        if (head.labels == nullptr) {
            kernels::softmax_mixture_predict<Backend, T>(in, used, context.output.matrix(),
                                                         doubles(context), *context.threads);
        } else {
            detail::require_labels(head.labels, scores.rows, Classes);
            report(head, kernels::softmax_mixture_evaluate<Backend, T>(
                             in, used, head.log_likelihood, doubles(context), *context.threads));
        }
    }

    template <class T>
    static std::size_t workspace(std::size_t rows) {
        return kernels::MixtureWorkspace::size(rows, Copies) * sizeof(double) / sizeof(T);
    }

private:
    template <class T>
    static kernels::SoftmaxBatch<T> batch(const Context<T>& context, std::size_t rows) {
        return {.batch = rows,
                .copies = Copies,
                .classes = Classes,
                .log_weights = context.head->log_weights,
                .labels = context.head->labels,
                .sample_weights = context.head->sample_weights,
                .largest_scores = context.training ? context.scratch[2] : nullptr};
    }
    template <class T>
    static double* doubles(const Context<T>& context) {
        return reinterpret_cast<double*>(context.workspace);
    }
    template <class T>
    static void report(HeadExchange<T>& head, const kernels::MixtureSums& sums) {
        head.loss = sums.loss;
        head.weight = sums.weight;
        head.correct = sums.correct;
        head.any_finite = sums.finite_copies > 0;
    }
};

template <std::size_t Classes>
struct Op<SoftmaxClassifier<Classes>> : detail::HeadOp<SoftmaxClassifier<Classes>, 1> {};

}  // namespace alrao
