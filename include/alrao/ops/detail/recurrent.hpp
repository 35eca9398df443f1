#pragma once

#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/kernels/recurrence/recurrence.hpp>
#include <alrao/layers/recurrence.hpp>
#include <alrao/ops/context.hpp>

#include <type_traits>

/// Functions shared by the operations of recurrent layers.
namespace alrao {

namespace detail {

/// The extents of the recurrent layer of a call.
template <class T>
kernels::Recurrence recurrence(const Context<T>& context) {
    return {context.time_steps, context.batch_size, context.input.channels, context.output.channels};
}

/// Calls `part` for each of the four parameters of a recurrent layer and returns the resulting pointers.
template <class T, class Part>
auto recurrent_parameters(const Context<T>& context, Part part) {
    using Pointer = decltype(part(context.parameter[layers::RecurrentParameter::input_weight]));
    return kernels::RecurrentParameters<std::remove_pointer_t<Pointer>>{
        part(context.parameter[layers::RecurrentParameter::input_weight]),
        part(context.parameter[layers::RecurrentParameter::recurrent_weight]),
        part(context.parameter[layers::RecurrentParameter::input_bias]),
        part(context.parameter[layers::RecurrentParameter::recurrent_bias])};
}
/// The values of the parameters, their gradients, and the largest |gradient| of each unit.
template <class T>
auto recurrent_values(const Context<T>& context) {
    return recurrent_parameters(context, [](const ParameterView<T>& p) { return p.value; });
}
template <class T>
auto recurrent_gradients(const Context<T>& context) {
    return recurrent_parameters(context, [](const ParameterView<T>& p) { return p.gradient; });
}
template <class T>
auto recurrent_magnitudes(const Context<T>& context) {
    return recurrent_parameters(context, [](const ParameterView<T>& p) { return p.gradient_magnitude; });
}

/// The gradient of the input, if it is needed: the gradients of the gates (contiguous rows) times the
/// transposed input weights.
template <class Backend, class T>
void recurrent_input_gradient(const Context<T>& context, kernels::Matrix<const T> gates) {
    const Block<T>& dx = context.input_gradient;
    if (dx)
        kernels::gemm_nt<Backend, T>(
            dx.rows, dx.channels, gates.stride, gates,
            {context.parameter[layers::RecurrentParameter::input_weight].value, gates.stride}, dx.matrix(),
            {}, context.workspace, *context.threads);
}

}  // namespace detail

}  // namespace alrao
