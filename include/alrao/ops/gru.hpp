#pragma once

#include <alrao/kernels/recurrence/gru.hpp>
#include <alrao/layers/gru.hpp>
#include <alrao/ops/detail/recurrent.hpp>
#include <alrao/ops/op.hpp>

#include <cstddef>

namespace alrao {

template <std::size_t Hidden>
struct Op<GRU<Hidden>> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::gru_forward<Backend, T>(
            detail::recurrence(context), context.input.matrix(), detail::recurrent_values(context),
            context.carried.matrix(), kept(context), context.output.matrix(), context.carried_on.matrix(),
            context.output_magnitude, context.scratch.fixed, context.workspace, *context.threads);
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const kernels::Recurrence extent = detail::recurrence(context);
        const kernels::GruKept<T> own = kept(context);
        const kernels::Matrix<const T> y = context.output.matrix(), before = context.carried.matrix();
        const auto values = detail::recurrent_values(context);
        T* const panels = context.scratch.fixed;
        const kernels::GruGradients<T> gradients{context.scratch.per_token,
                                                 context.scratch.per_token + extent.rows() * 3 * Hidden};
        kernels::gru_gate_gradients<Backend, T>(extent, values.recurrent_weight, before, y,
                                                {own.gates, own.scaled}, context.output_gradient.matrix(),
                                                gradients, context.scratch.per_sample, panels,
                                                context.workspace, *context.threads);
        kernels::gru_parameter_gradients<Backend, T>(
            extent, context.input.matrix(), before, y, {gradients.gates, gradients.scaled}, values,
            detail::recurrent_gradients(context), detail::recurrent_magnitudes(context), panels,
            context.workspace, *context.threads);
        detail::recurrent_input_gradient<Backend, T>(context, {gradients.gates, 3 * Hidden});
    }

    template <class Backend, class T>
    static std::size_t workspace(const graph::Node& node, std::size_t rows, int threads) {
        return kernels::detail::recurrence_workspace<Backend, T>(rows, node.input.channels(), Hidden, 3,
                                                                 threads);
    }

private:
    template <class T>
    static kernels::GruKept<T> kept(const Context<T>& context) {
        return {context.saved.per_token, context.saved.per_token + context.output.rows * 3 * Hidden};
    }
};

}  // namespace alrao
