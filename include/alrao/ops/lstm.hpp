#pragma once

#include <alrao/kernels/recurrence/lstm.hpp>
#include <alrao/layers/lstm.hpp>
#include <alrao/ops/detail/recurrent.hpp>
#include <alrao/ops/op.hpp>

#include <cstddef>

namespace alrao {

template <std::size_t Hidden>
struct Op<LSTM<Hidden>> : PlainOp {
    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::lstm_forward<Backend, T>(
            detail::recurrence(context), context.input.matrix(), detail::recurrent_values(context),
            carried(context.carried), kept(context), context.output.matrix(), carried(context.carried_on),
            context.output_magnitude, context.scratch.fixed, context.workspace, *context.threads);
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const kernels::Recurrence extent = detail::recurrence(context);
        const kernels::LstmKept<T> own = kept(context);
        const kernels::LstmState<const T> before = carried(context.carried);
        const auto values = detail::recurrent_values(context);
        T *const dgates = context.scratch.per_token, *const panels = context.scratch.fixed;
        kernels::lstm_gate_gradients<Backend, T>(
            extent, values.recurrent_weight, before.cell, {own.gates, own.cell, own.squashed},
            context.output_gradient.matrix(), dgates, context.scratch.per_sample, panels, context.workspace,
            *context.threads);
        kernels::lstm_parameter_gradients<Backend, T>(
            extent, context.input.matrix(), before.state, Block<const T>(context.output).matrix(), dgates,
            values, detail::recurrent_gradients(context), detail::recurrent_magnitudes(context), panels,
            context.workspace, *context.threads);
        detail::recurrent_input_gradient<Backend, T>(context, {dgates, 4 * Hidden});
    }

    template <class Backend, class T>
    static std::size_t workspace(const graph::Node& node, std::size_t rows, int threads) {
        return kernels::detail::recurrence_workspace<Backend, T>(rows, node.input.channels(), Hidden, 4,
                                                                 threads);
    }

private:
    template <class T>
    static kernels::LstmState<T> carried(const Block<T>& block) {
        return {{block.data, block.stride}, {block.data + Hidden, block.stride}};
    }
    template <class T>
    static kernels::LstmKept<T> kept(const Context<T>& context) {
        const std::size_t numbers = context.output.rows * Hidden;
        T* const first = context.saved.per_token;
        return {first, first + 4 * numbers, first + 5 * numbers};
    }
};

}  // namespace alrao
