#pragma once

#include <alrao/kernels/elementwise/activation.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/ops/op.hpp>

namespace alrao {

/// An elementwise layer, by the function that its descriptor names as `ElementwiseFunction`, see
/// kernels/elementwise/activation.hpp. Works in place where the plan shares memory.
template <class Layer>
    requires requires { typename Layer::ElementwiseFunction; }
struct Op<Layer> : PlainOp {
    using Function = typename Layer::ElementwiseFunction;
    static_assert(Function::backward_needs_output == Layer::facts(features(1)).backward_needs_output,
                  "alrao: an elementwise layer and its function read the same side in backward");

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
