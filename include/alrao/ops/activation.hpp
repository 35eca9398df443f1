#pragma once

#include <alrao/kernels/elementwise/activation.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/ops/op.hpp>

namespace alrao {

/// Operation of an elementwise layer. The descriptor declares the type of the function that is applied to each
/// element as `ElementwiseFunction` (see kernels/elementwise/activation.hpp). Works in place if input and output
/// share memory.
template <class Layer>
    requires requires { typename Layer::ElementwiseFunction; }
struct Op<Layer> : PlainOp {
    using Function = typename Layer::ElementwiseFunction;
    static_assert(Function::backward_needs_output == Layer::facts(features(1)).backward_needs_output,
                  "alrao: facts and function of an elementwise layer must agree on backward_needs_output");

    static constexpr Function function() {
        if constexpr (requires { Layer::slope; }) return Function{Layer::slope};
        else return Function{};
    }

    template <class Backend, class T>
    static void forward(Context<T>& context) {
        kernels::activation_forward<Backend, T>(function(), context.input.extent(), context.input.matrix(),
                                                context.output.matrix(), *context.threads);
    }

    template <class Backend, class T>
    static void backward(Context<T>& context) {
        const Block<const T> kept =
            Function::backward_needs_output ? Block<const T>(context.output) : context.input;
        kernels::activation_backward<Backend, T>(function(), kept.extent(), context.output_gradient.matrix(),
                                                 kept.matrix(), context.input_gradient.matrix(),
                                                 *context.threads);
    }
};

}  // namespace alrao
