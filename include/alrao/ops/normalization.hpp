#pragma once

#include <alrao/kernels/batch_norm.hpp>
#include <alrao/kernels/layer_norm.hpp>
#include <alrao/kernels/magnitude.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/ops/op.hpp>
#include <alrao/tensor/fail.hpp>

#include <cstddef>

namespace alrao {

/// With the ReLU that follows, if there is one, forward and backward.
template <>
struct Op<BatchNorm> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const T *mean = context.statistic[0], *variance = context.statistic[1];
        if (context.training) {
            if (x.rows < 2)
                fail("alrao: BatchNorm cannot be trained on one value per channel: its variance is "
                     "0; use a batch of 2 or more");
            kernels::batch_norm_statistics<Backend, T>(x.extent(), x.matrix(), batch_mean(context),
                                                       batch_variance(context), context.workspace,
                                                       *context.threads);
            mean = batch_mean(context);
            variance = batch_variance(context);
        }
        kernels::batch_norm_apply<Backend, T>(
            x.extent(), x.matrix(), mean, variance, static_cast<T>(BatchNorm::epsilon),
            context.parameter[0].value, context.parameter[1].value, context.output.matrix(),
            activation(context), context.output_magnitude, *context.threads);
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const ParameterView<T>&scale = context.parameter[0], &shift = context.parameter[1];
        const kernels::BatchNormPoint<T> at{.x = x.matrix(),
                                            .mean = batch_mean(context),
                                            .variance = batch_variance(context),
                                            .epsilon = static_cast<T>(BatchNorm::epsilon),
                                            .scale = scale.value,
                                            .shift = shift.value,
                                            .activation = activation(context)};
        kernels::batch_norm_backward<Backend, T>(
            x.extent(), at, context.output_gradient.matrix(), context.input_gradient.matrix(),
            scale.gradient, shift.gradient, nullptr, context.workspace, *context.threads);
        for (const ParameterView<T>* parameter : {&scale, &shift})
            if (parameter->gradient_magnitude)
                kernels::column_magnitude<Backend, T>(
                    {1, x.channels}, {parameter->gradient, x.channels},
                    parameter->gradient_magnitude, *context.threads);
    }

    /// Moves the running statistics towards those of the batch.
    template <class Backend, class T>
    static void commit(Context<T>& context) {
        kernels::batch_norm_commit<T>(context.input.rows, context.input.channels,
                                      BatchNorm::momentum, batch_mean(context),
                                      batch_variance(context), context.statistic[0],
                                      context.statistic[1]);
    }

    template <class Backend, class T>
    static std::size_t workspace(const layers::Node& node, std::size_t rows, int) {
        return kernels::batch_norm_workspace({rows, node.input.channels()});
    }

private:
    template <class T>
    static kernels::Activation activation(const Context<T>& context) {
        return context.ends_with_relu ? kernels::Activation::relu : kernels::Activation::none;
    }
    template <class T>
    static T* batch_mean(const Context<T>& context) {
        return context.saved[2];
    }
    template <class T>
    static T* batch_variance(const Context<T>& context) {
        return context.saved[2] + rounded_up(context.input.channels, 16);
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
            x.extent(), x.matrix(), static_cast<T>(LayerNorm::epsilon), context.parameter[0].value,
            context.parameter[1].value, context.output.matrix(), saved, saved + x.rows,
            *context.threads);
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const T* const saved = context.saved_per_value();
        kernels::layer_norm_backward<Backend, T>(
            x.extent(), x.matrix(), context.output_gradient.matrix(), saved, saved + x.rows,
            context.parameter[0].value, context.input_gradient.matrix(),
            context.parameter[0].gradient, context.parameter[1].gradient, nullptr,
            context.workspace, *context.threads);
    }

    template <class Backend, class T>
    static std::size_t workspace(const layers::Node& node, std::size_t rows, int) {
        return kernels::layer_norm_workspace({rows, node.input.channels()});
    }
};

}  // namespace alrao
