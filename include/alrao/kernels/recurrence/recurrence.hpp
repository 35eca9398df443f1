#pragma once

#include <alrao/kernels/column_sums.hpp>
#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/kernels/magnitude.hpp>
#include <alrao/kernels/parallel.hpp>
#include <alrao/kernels/recurrence/detail/step_product.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cstddef>

/// Declarations shared by the kernels of recurrent layers. Values per token are rows; the rows of one time
/// step are contiguous: row t * batch + b is step t of sample b.
namespace alrao::kernels {

/// Steps of a batch of samples, `inputs` numbers each, that become `hidden` numbers each.
struct Recurrence {
    std::size_t steps, batch, inputs, hidden;
    [[nodiscard]] constexpr std::size_t rows() const { return steps * batch; }
};

/// Parameters of a recurrent layer of G gates, or their gradients: [inputs][G hidden],
/// [hidden][G hidden], [G hidden] twice.
template <class T>
struct RecurrentParameters {
    T *input_weight, *recurrent_weight, *input_bias, *recurrent_bias;
};

namespace detail {

/// Rows t * batch, ... of numbers per token.
template <class T>
Matrix<T> step_of(Matrix<T> rows, std::size_t t, std::size_t batch) {
    return {rows.row(t * batch), rows.stride};
}

/// magnitude[u] = the largest of the magnitudes of a unit's gates.
template <class T>
void fold_gates(const T* of_gates, std::size_t gates, std::size_t hidden, T* magnitude) {
    std::copy_n(of_gates, hidden, magnitude);
    for (std::size_t g = 1; g < gates; ++g)
        for (std::size_t u = 0; u < hidden; ++u)
            magnitude[u] = magnitude_max(magnitude[u], of_gates[g * hidden + u]);
}

/// finish(StepSums) for all of a step to which no sums come: their memory is null.
template <class T, class Finish>
void without_product(const Recurrence& extent, std::size_t columns, Threads& threads, Finish finish) {
    split_work(threads, extent.hidden, tile_columns, extent.batch * columns,
               [&](std::size_t begin, std::size_t end) {
                   finish(StepSums<T>{{0, extent.batch}, {begin, end}, nullptr, 0, 0});
               });
}

/// The gradient of recurrent weights: the state before each step, transposed, times the gradients
/// of the gates. The first step's state is what was carried.
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

/// Elements of workspace of a recurrent layer's products: over all steps, and step by step.
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
