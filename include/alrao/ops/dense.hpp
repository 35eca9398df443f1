#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/layers/dense.hpp>
#include <alrao/ops/op.hpp>

#include <algorithm>

namespace alrao {

template <std::size_t Units, class... Options>
struct Op<Dense<Units, Options...>> : PlainOp {
    using Layer = Dense<Units, Options...>;
    static constexpr bool has_bias = sizeof...(Options) == 0;

    /// Y = X W + b, with the following ReLU if it is fused.
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const ParameterView<T>& weight = context.parameter[Layer::weight];
        kernels::Epilogue<T> epilogue;
        if (has_bias) epilogue.bias = context.parameter[Layer::bias].value;
        if (context.fused.relu) epilogue.activation = kernels::Activation::relu;
        epilogue.magnitude = context.output_magnitude;
        kernels::gemm_nn<Backend, T>(x.rows, Units, x.channels, x.matrix(), {weight.value, Units},
                                     context.output.matrix(), epilogue, context.workspace, *context.threads);
    }

    /// dW = X^T dY, db = sum of the rows of dY, dX = dY W^T.
    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const Block<const T>& x = context.input;
        const Block<const T>& dy = context.output_gradient;
        const ParameterView<T>& weight = context.parameter[Layer::weight];
        kernels::Epilogue<T> epilogue;
        epilogue.magnitude = weight.gradient_magnitude;
        epilogue.read_next = weight.value;  // prefetched for the update
        kernels::gemm_tn<Backend, T>(x.channels, Units, x.rows, x.matrix(), dy.matrix(),
                                     {weight.gradient, Units}, epilogue, context.workspace, *context.threads);
        if constexpr (has_bias) {
            const ParameterView<T>& bias = context.parameter[Layer::bias];
            kernels::column_sums<Backend, T>(dy.extent(), dy.matrix(), bias.gradient, bias.gradient_magnitude,
                                             context.workspace, *context.threads);
        }
        if (const Block<T>& dx = context.input_gradient)
            kernels::gemm_nt<Backend, T>(x.rows, x.channels, Units, dy.matrix(), {weight.value, Units},
                                         dx.matrix(), kernels::Epilogue<T>{}, context.workspace,
                                         *context.threads);
    }

    template <class Backend, class T>
    static std::size_t workspace(const graph::Node& node, std::size_t rows, int threads) {
        const std::size_t n = node.input.channels();
        return std::max({kernels::gemm_workspace<Backend, T>(rows, Units, n, threads),
                         kernels::gemm_workspace<Backend, T>(n, Units, rows, threads),
                         kernels::gemm_workspace<Backend, T>(rows, n, Units, threads),
                         kernels::column_sums_workspace({rows, Units})});
    }
};

}  // namespace alrao
