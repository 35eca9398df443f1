#pragma once

#include <alrao/kernels/magnitude.hpp>
#include <alrao/kernels/normalization/batch_norm.hpp>
#include <alrao/kernels/normalization/batch_norm_pool.hpp>
#include <alrao/kernels/normalization/layer_norm.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/ops/op.hpp>
#include <alrao/tensor/fail.hpp>

#include <cstddef>

namespace alrao {

namespace detail {

/// The parts that BatchNorm with and without a fused max pooling share.
struct BatchNormOp : PlainOp {
    /// Updates the running statistics with those of the batch.
    template <class Backend, class T>
    static void commit(Context<T>& context) {
        kernels::batch_norm_commit<T>(context.input.rows, context.input.channels, BatchNorm::momentum,
                                      batch_mean(context), batch_variance(context),
                                      context.statistic[BatchNorm::running_mean],
                                      context.statistic[BatchNorm::running_variance]);
    }

    template <class Backend, class T>
    static std::size_t workspace(const graph::Node& node, std::size_t rows, int) {
        return kernels::batch_norm_workspace({rows, node.input.channels()});
    }

protected:
    /// The arguments of the forward kernel. In training it computes the statistics of the batch, in
    /// prediction it uses the running statistics. Throws ArgumentError in training on fewer than 2 rows.
    template <class Backend, class T>
    static kernels::BatchNormPoint<T> measure(Context<T>& context) {
        const Block<const T>& x = context.input;
        if (!context.training) {
            kernels::BatchNormPoint<T> at = point(context);
            at.mean = context.statistic[BatchNorm::running_mean];
            at.variance = context.statistic[BatchNorm::running_variance];
            return at;
        }
        if (x.rows < 2)
            fail(
                "alrao: BatchNorm cannot be trained with one value per channel, whose variance is 0: "
                "use a batch size of at least 2");
        kernels::batch_norm_statistics<Backend>(
            context.pieces ? *context.pieces
                           : kernels::row_pieces<Backend>(x.extent(), x.matrix(), context.workspace),
            batch_mean(context), batch_variance(context), *context.threads);
        return point(context);
    }

    /// The arguments of the kernels in training, with the statistics of the batch.
    template <class T>
    static kernels::BatchNormPoint<T> point(const Context<T>& context) {
        return {.x = context.input.matrix(),
                .mean = batch_mean(context),
                .variance = batch_variance(context),
                .epsilon = static_cast<T>(BatchNorm::epsilon),
                .scale = context.parameter[BatchNorm::scale].value,
                .shift = context.parameter[BatchNorm::shift].value,
                .activation = context.fused.relu ? kernels::Activation::relu : kernels::Activation::none};
    }

    template <class Backend, class T>
    static void report_gradients(const Context<T>& context) {
        for (const ParameterView<T>* parameter :
             {&context.parameter[BatchNorm::scale], &context.parameter[BatchNorm::shift]})
            if (parameter->gradient_magnitude)
                kernels::column_magnitude<Backend, T>({1, parameter->columns},
                                                      {parameter->gradient, parameter->columns},
                                                      parameter->gradient_magnitude, *context.threads);
    }

private:
    template <class T>
    static T* batch_mean(const Context<T>& context) {
        return context.saved.fixed;
    }
    template <class T>
    static T* batch_variance(const Context<T>& context) {
        return context.saved.fixed + rounded_up(context.input.channels, 16);
    }
};

}  // namespace detail

/// Forward and backward include the following ReLU if it is fused.
template <>
struct Op<BatchNorm> : detail::BatchNormOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::batch_norm_apply<Backend, T>(context.input.extent(), measure<Backend>(context),
                                              context.output.matrix(), context.output_magnitude,
                                              *context.threads);
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        kernels::batch_norm_backward<Backend, T>(
            context.input.extent(), point(context), context.output_gradient.matrix(),
            context.input_gradient.matrix(), context.parameter[BatchNorm::scale].gradient,
            context.parameter[BatchNorm::shift].gradient, nullptr, context.workspace, *context.threads);
        report_gradients<Backend>(context);
    }
};

/// BatchNorm with a fused ReLU, if any, and a fused max pooling: output and output gradient are those of
/// the pooling.
template <>
struct Op<graph::Pooled<BatchNorm>> : detail::BatchNormOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::batch_norm_pool<Backend, T>(windows(context), context.input.channels,
                                             measure<Backend>(context), context.output.matrix(),
                                             context.output_magnitude, *context.threads);
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        kernels::batch_norm_pool_backward<Backend, T>(
            windows(context), context.input.channels, point(context), context.output_gradient.matrix(),
            context.input_gradient.matrix(), context.parameter[BatchNorm::scale].gradient,
            context.parameter[BatchNorm::shift].gradient, context.workspace, *context.threads);
        report_gradients<Backend>(context);
    }

private:
    template <class T>
    static kernels::DisjointWindows windows(const Context<T>& context) {
        const Shape &from = context.node->input, &to = context.node->facts.output;
        return {context.batch_size, to[0], to[1], from[0] / to[0], from[1] / to[1]};
    }
};

template <>
struct Op<LayerNorm> : PlainOp {
    static constexpr bool reports_magnitudes = false;

    template <class Backend, class T>
    static void forward(Context<T>& context) {
        const Block<const T>& x = context.input;
        T* const saved = context.saved_per_value();
        kernels::layer_norm_forward<Backend, T>(
            x.extent(), x.matrix(), static_cast<T>(LayerNorm::epsilon),
            context.parameter[LayerNorm::scale].value, context.parameter[LayerNorm::shift].value,
            context.output.matrix(), saved, saved + x.rows, *context.threads);
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const T* const saved = context.saved_per_value();
        kernels::layer_norm_backward<Backend, T>(
            x.extent(), x.matrix(), context.output_gradient.matrix(), saved, saved + x.rows,
            context.parameter[LayerNorm::scale].value, context.input_gradient.matrix(),
            context.parameter[LayerNorm::scale].gradient, context.parameter[LayerNorm::shift].gradient,
            nullptr, context.workspace, *context.threads);
    }

    template <class Backend, class T>
    static std::size_t workspace(const graph::Node& node, std::size_t rows, int) {
        return kernels::layer_norm_workspace({rows, node.input.channels()});
    }
};

}  // namespace alrao
