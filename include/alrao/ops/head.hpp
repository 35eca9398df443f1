#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/gemm.hpp>
#include <alrao/kernels/mixture.hpp>
#include <alrao/layers/heads.hpp>
#include <alrao/ops/op.hpp>
#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace alrao {

/// What the classifier in a head does with the scores of all copies: specialised per classifier.
///
///   learn(context, scores, own, trunk)   loss, log-likelihoods, and the gradients of the scores:
///                                        each copy's own, and the trunk's weighted by copy
///   predict(context, scores)             fills context.output, and compares with labels if given
///   workspace(rows, copies)              elements of T that these need
template <class Classifier, std::size_t Copies>
struct HeadLoss;

namespace detail {

/// A last layer: all copies' scores as one product, then what the classifier does with them.
template <class Classifier, std::size_t Copies>
struct HeadOp : PlainOp {
    static constexpr std::size_t columns = layers::head_columns(Copies, Classifier::outputs);
    using Loss = HeadLoss<Classifier, Copies>;

    template <class Backend, class T>
    static void forward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const Block<T> scores = own_block(context);
        kernels::Epilogue<T> epilogue;
        epilogue.bias = context.parameter[1].value;
        if (context.training) epilogue.magnitude = context.scratch[2];   // shows what is not finite
        kernels::gemm_nn<Backend, T>(x.rows, columns, x.channels, x.matrix(),
                                     {context.parameter[0].value, columns}, scores.matrix(),
                                     epilogue, context.workspace, *context.threads);
        if (context.training)
            Loss::template learn<Backend, T>(context, scores, trunk_block(context));
        else
            Loss::template predict<Backend, T>(context, scores);
    }

    /// dW and db of each copy from its own loss; dX from the loss of the average.
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const Block<T> own = own_block(context), trunk = trunk_block(context);
        const ParameterView<T>&weight = context.parameter[0], &bias = context.parameter[1];
        kernels::Epilogue<T> epilogue;
        epilogue.magnitude = weight.gradient_magnitude;
        epilogue.read_next = weight.value;  // by the update
        kernels::gemm_tn<Backend, T>(x.channels, columns, x.rows, x.matrix(), own.matrix(),
                                     {weight.gradient, columns}, epilogue, context.workspace,
                                     *context.threads);
        kernels::column_sums<Backend, T>(own.extent(), own.matrix(), bias.gradient,
                                         bias.gradient_magnitude, context.workspace,
                                         *context.threads);
        if (const Block<T>& dx = context.input_gradient)
            kernels::gemm_nt<Backend, T>(x.rows, x.channels, columns, trunk.matrix(),
                                         {weight.value, columns}, dx.matrix(), {},
                                         context.workspace, *context.threads);
    }

    template <class Backend, class T>
    static std::size_t workspace(const layers::Node& node, std::size_t rows, int threads) {
        const std::size_t n = node.input.channels();
        return std::max({kernels::gemm_workspace<Backend, T>(rows, columns, n, threads),
                         kernels::gemm_workspace<Backend, T>(n, columns, rows, threads),
                         kernels::gemm_workspace<Backend, T>(rows, n, columns, threads),
                         kernels::column_sums_workspace({rows, columns}),
                         Loss::template workspace<T>(rows)});
    }

private:
    template <class T>
    static Block<T> own_block(const Context<T>& context) {
        return {context.saved_per_value(), context.input.rows, columns, columns};
    }
    /// One copy alone carries all responsibility: its own gradient is the trunk's.
    template <class T>
    static Block<T> trunk_block(const Context<T>& context) {
        Block<T> block = own_block(context);
        if (Copies > 1) block.data += block.rows * columns;
        return block;
    }
};

/// The factor that makes the batch's loss a mean: 1 / sum of the sample weights.
template <class T>
double mean_factor(const Context<T>& context) {
    const std::size_t rows = context.input.rows;
    const T* weights = context.head->sample_weights;
    if (weights == nullptr) return 1 / static_cast<double>(rows);
    double sum = 0;
    for (std::size_t row = 0; row < rows; ++row) sum += static_cast<double>(weights[row]);
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
    };
    template <class T>
    static Choice<T> choose(const Context<T>& context, const Block<T>& scores, bool best_copy) {
        static constexpr double certain = 0;
        const double* const weights = context.head->log_weights;
        Choice<T> all{scores.matrix(), Copies, weights};
        if (!best_copy) return all;
        const auto best =
            static_cast<std::size_t>(std::max_element(weights, weights + Copies) - weights);
        all.scores.data += best * Outputs;
        return {all.scores, 1, &certain};
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
    template <class T>
    static void report(HeadExchange<T>& head, const kernels::MixtureSums& sums) {
        head.loss = sums.loss;
        head.weight = sums.weight;
        head.correct = sums.correct;
        head.any_finite = sums.finite_copies > 0;
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

template <class Classifier, std::size_t N>
struct Op<AveragedHead<Classifier, N>> : detail::HeadOp<Classifier, N> {};

}  // namespace alrao
