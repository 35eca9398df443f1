#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/kernels/magnitude.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/recurrence/detail/step_product.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cstddef>

/// Types and functions shared by the kernels of recurrent layers. Values per token are rows; the rows of
/// one time step are contiguous: row t * batch + b is time step t of sample b.
namespace alrao::kernels {

/// The extents of a recurrent layer: `steps` time steps of `batch` samples; each token has `inputs` elements
/// in the input of the layer and `hidden` elements in its output.
struct Recurrence {
    std::size_t steps, batch, inputs, hidden;
    [[nodiscard]] constexpr std::size_t rows() const { return steps * batch; }
};

/// Pointers to the parameters of a recurrent layer with G gates, or to their gradients: input_weight
/// [inputs][G hidden], recurrent_weight [hidden][G hidden], input_bias and recurrent_bias [G hidden].
template <class T>
struct RecurrentParameters {
    T *input_weight, *recurrent_weight, *input_bias, *recurrent_bias;
};

namespace detail {

/// The rows of time step t.
template <class T>
Matrix<T> step_of(Matrix<T> rows, std::size_t t, std::size_t batch) {
    return {rows.row(t * batch), rows.stride};
}

/// magnitude[u] = the largest magnitude of the gates of unit u; of_gates is [gates][hidden].
template <class T>
void fold_gates(const T* of_gates, std::size_t gates, std::size_t hidden, T* magnitude) {
    std::copy_n(of_gates, hidden, magnitude);
    for (std::size_t g = 1; g < gates; ++g)
        for (std::size_t u = 0; u < hidden; ++u)
            magnitude[u] = magnitude_max(magnitude[u], of_gates[g * hidden + u]);
}

/// Calls finish(StepSums) for all samples and units of a time step that has no recurrent product: the last
/// time step of the chunk, with which the backward pass begins. `data` of the sums is null.
template <class T, class Finish>
void without_product(const Recurrence& extent, std::size_t columns, Threads& threads, Finish finish) {
    split_work(threads, extent.hidden, tile_columns, extent.batch * columns,
               [&](std::size_t begin, std::size_t end) {
                   finish(StepSums<T>{{0, extent.batch}, {begin, end}, nullptr, 0, 0});
               });
}

/// The gradient of the recurrent weights: (state before each time step)^T times the gradients of the
/// gates. `carried` is the state before the first time step.
template <class Backend, class T>
void recurrent_gradients(const Recurrence& extent, std::size_t columns, Matrix<const T> carried,
                         Matrix<const T> state, Matrix<const T> gates, Matrix<T> gradient,
                         Epilogue<T> epilogue, T* workspace, Threads& threads) {
    const std::size_t batch = extent.batch, rest = extent.rows() - batch;
    gemm_tn<Backend, T>(extent.hidden, columns, batch, carried, gates, gradient,
                        rest == 0 ? epilogue : Epilogue<T>{}, workspace, threads);
    if (rest == 0) return;
    epilogue.accumulate = true;
    gemm_tn<Backend, T>(extent.hidden, columns, rest, state, step_of(gates, 1, batch), gradient, epilogue,
                        workspace, threads);
}

/// The number of elements of workspace for all products of a recurrent layer.
template <class Backend, class T>
[[nodiscard]] std::size_t recurrence_workspace(std::size_t rows, std::size_t inputs, std::size_t hidden,
                                               std::size_t gates, int threads) {
    const std::size_t columns = gates * hidden;
    return std::max({gemm_workspace<Backend, T>(rows, columns, inputs, threads),
                     gemm_workspace<Backend, T>(rows, inputs, columns, threads),
                     gemm_workspace<Backend, T>(std::max(inputs, hidden), columns, rows, threads),
                     column_sums_workspace({rows, columns}),
                     StepProduct<Backend, T>::workspace(rows, {hidden, hidden, gates}, threads),
                     StepProduct<Backend, T>::workspace(rows, {columns, hidden, 1}, threads)});
}

}  // namespace detail
}  // namespace alrao::kernels
