#pragma once

#include <alrao/kernels/elementwise/activation.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/ops/op.hpp>

namespace alrao {

namespace detail {

/// An elementwise layer by its kernel's function; works in place where the plan shares memory.
template <class Layer, class Function>
struct ActivationOp : PlainOp {
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

}  // namespace detail

template <>
struct Op<ReLU> : detail::ActivationOp<ReLU, kernels::ReLU> {};
template <>
struct Op<ReLU6> : detail::ActivationOp<ReLU6, kernels::ReLU6> {};
template <class Slope>
struct Op<LeakyReLU<Slope>> : detail::ActivationOp<LeakyReLU<Slope>, kernels::LeakyReLU> {};
template <>
struct Op<GELU> : detail::ActivationOp<GELU, kernels::GELU> {};
template <>
struct Op<SiLU> : detail::ActivationOp<SiLU, kernels::SiLU> {};
template <>
struct Op<Sigmoid> : detail::ActivationOp<Sigmoid, kernels::Sigmoid> {};
template <>
struct Op<Tanh> : detail::ActivationOp<Tanh, kernels::Tanh> {};

}  // namespace alrao
