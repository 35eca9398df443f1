#pragma once

#include <alrao/kernels/recurrence/recurrence.hpp>
#include <alrao/kernels/transcendental.hpp>
#include <alrao/kernels/vector.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// The state h and the cell state c between two time steps: [batch][hidden] each.
template <class T>
struct LstmState {
    Matrix<T> state, cell;
};

/// The values that the forward pass saves for the backward pass, in contiguous rows per token: the gates
/// i, f, g, o [4 hidden], the cell state and its hyperbolic tangent [hidden each].
template <class T>
struct LstmKept {
    T *gates, *cell, *squashed;
};

namespace detail {

/// The arrays that one time step reads and writes in addition to the products. Rows are counted from the
/// first token of the step.
template <class T>
struct LstmStep {
    std::size_t first, hidden;  ///< the first token of the step; the number of units
    Matrix<const T> cell;       ///< the cell state before the step
    LstmKept<T> kept;
    Matrix<T> y;
    T* magnitude;  ///< largest |h| of each unit; may be null
};

/// Computes the time step of samples r to r + Rows for the units of `sums`. The samples are interleaved,
/// because their transcendental functions have long latencies and do not depend on each other.
template <class Arch, std::size_t Rows, class T>
void lstm_advance(const LstmStep<T>& step, const StepSums<T>& sums, std::size_t r) {
    const std::size_t hidden = step.hidden;
    for_each_vector<Arch, T>(sums.units.begin, sums.units.end, [&](auto vector, std::size_t u) {
        using Vector = Register<T, Arch>;
        const std::size_t at = u - sums.units.begin;
        Vector gate[4][Rows], now[Rows];
        const auto gates_of = [&](std::size_t i) {
            return step.kept.gates + (step.first + r + i) * 4 * hidden + u;
        };
        unroll<4>([&](auto g) {
            unroll<Rows>([&](auto i) {
                const Vector sum =
                    vector.load(gates_of(i) + g * hidden) + vector.load(sums.row(r + i, g) + at);
                gate[g][i] = sum;
            });
        });
        unroll<Rows>([&](auto i) { gate[2][i] = hyperbolic_tangent(gate[2][i]); });
        unroll<Rows>([&](auto i) { gate[0][i] = logistic(gate[0][i]); });
        unroll<Rows>([&](auto i) { gate[1][i] = logistic(gate[1][i]); });
        unroll<Rows>([&](auto i) {
            now[i] =
                madd<Arch, T>(gate[1][i], vector.load(step.cell.row(r + i) + u), gate[0][i] * gate[2][i]);
        });
        unroll<Rows>([&](auto i) { gate[3][i] = logistic(gate[3][i]); });
        unroll<Rows>([&](auto i) {
            const std::size_t row = step.first + r + i;
            const auto squashed = hyperbolic_tangent(now[i]);
            const auto h = gate[3][i] * squashed;
            unroll<4>([&](auto g) { vector.store(gates_of(i) + g * hidden, gate[g][i]); });
            vector.store(step.kept.cell + row * hidden + u, now[i]);
            vector.store(step.kept.squashed + row * hidden + u, squashed);
            vector.store(step.y.row(row) + u, h);
            if (step.magnitude == nullptr) return;
            Largest<Arch, T> largest;
            largest.see(vector.load(step.magnitude + u));
            largest.see(h);
            vector.store(step.magnitude + u, largest.value());
        });
    });
}

}  // namespace detail

/// Forward pass of an LSTM over a chunk. At each time step, with input x, previous state h, the input's
/// parameters W and b and the recurrent parameters R and c:
///   (i, f, g, o) = x W + b + c + h R;  cell = logistic(f) cell + logistic(i) tanh(g);
///   new h = logistic(o) tanh(cell)
/// The inputs of all time steps are multiplied by W in one product; the state is multiplied by R step by
/// step.
/// @param before, after the state before and after the chunk
/// @param y the new state of each token [rows][hidden]; there may be gaps between rows
/// @param magnitude [hidden], output: the largest |h| of each unit; may be null. Later time steps are ignored
/// once a value is not finite, because the recurrent product passes such a value on to all units.
/// @param panels memory for the packed weights: the larger of StepProduct::panel_elements and 4 hidden
/// @param workspace detail::recurrence_workspace elements, in all functions for recurrent layers
template <class Backend, class T>
void lstm_forward(const Recurrence& extent, Matrix<const T> x, const RecurrentParameters<const T>& parameters,
                  const LstmState<const T>& before, const LstmKept<T>& kept, Matrix<T> y,
                  const LstmState<T>& after, T* magnitude, T* panels, T* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    const std::size_t hidden = extent.hidden, columns = 4 * hidden, batch = extent.batch;
    for (std::size_t c = 0; c < columns; ++c)
        panels[c] = parameters.input_bias[c] + parameters.recurrent_bias[c];
    gemm_nn<Backend, T>(extent.rows(), columns, extent.inputs, x, {parameters.input_weight, columns},
                        Matrix<T>{kept.gates, columns}, Epilogue<T>{.bias = panels}, workspace, threads);
    const StepProduct<Backend, T> product({{hidden, hidden, 4}, {parameters.recurrent_weight, columns}},
                                          panels, workspace, threads);
    if (magnitude != nullptr) std::fill_n(magnitude, hidden, T{0});
    for (std::size_t t = 0; t < extent.steps; ++t) {
        const Matrix<const T> state = t == 0 ? before.state : detail::step_of<const T>(y, t - 1, batch);
        const Matrix<const T> cell =
            t == 0 ? before.cell : detail::step_of<const T>({kept.cell, hidden}, t - 1, batch);
        product.run(batch, {state, hidden}, [&](const StepSums<T>& sums) {
            const detail::LstmStep<T> step{t * batch, hidden, cell, kept, y, magnitude};
            std::size_t r = sums.rows.begin;
            for (; r + 2 <= sums.rows.end; r += 2) detail::lstm_advance<Arch, 2>(step, sums, r);
            for (; r < sums.rows.end; ++r) detail::lstm_advance<Arch, 1>(step, sums, r);
        });
        if (magnitude != nullptr && !is_finite(detail::magnitude<Arch, T>(magnitude, hidden)))
            magnitude = nullptr;
    }
    const std::size_t last = (extent.steps - 1) * batch;
    for (std::size_t b = 0; b < batch; ++b) {
        std::copy_n(y.row(last + b), hidden, after.state.row(b));
        std::copy_n(kept.cell + (last + b) * hidden, hidden, after.cell.row(b));
    }
}

/// The gradients of the arguments of the gates' functions, from dy and the values that the forward pass
/// saved. Time steps are processed in descending order, with
///   dh = dy + dgates(next step) R^T;  dcell = dcell(next step) f + dh o (1 - tanh(cell)^2)
/// Gradients of time steps after the chunk are taken as 0.
/// @param dgates [rows][4 hidden], output
/// @param dcell [batch][hidden], overwritten
/// @param panels StepProduct::panel_elements elements, for a factor with k = 4 hidden and one gate
template <class Backend, class T>
void lstm_gate_gradients(const Recurrence& extent, const T* recurrent_weight, Matrix<const T> cell_before,
                         const LstmKept<const T>& kept, Matrix<const T> dy, T* dgates, T* dcell, T* panels,
                         T* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const std::size_t hidden = extent.hidden, columns = 4 * hidden, batch = extent.batch;
    const StepProduct<Backend, T> product({{columns, hidden, 1}, {recurrent_weight, columns}, true}, panels,
                                          workspace, threads);
    for (std::size_t t = extent.steps; t-- > 0;) {
        const bool is_last = t + 1 == extent.steps;
        const Matrix<const T> cell =
            t == 0 ? cell_before : detail::step_of<const T>({kept.cell, hidden}, t - 1, batch);
        const auto finish = [&](const StepSums<T>& sums) {
            for (std::size_t r = sums.rows.begin; r < sums.rows.end; ++r) {
                const std::size_t row = t * batch + r;
                const T* const gates = kept.gates + row * columns;
                T* const gradients = dgates + row * columns;
                for_each_vector<Arch, T>(sums.units.begin, sums.units.end, [&](auto vector, std::size_t u) {
                    const Vector one(T{1});
                    const auto in = vector.load(gates + u), forget = vector.load(gates + hidden + u),
                               value = vector.load(gates + 2 * hidden + u),
                               out = vector.load(gates + 3 * hidden + u),
                               squashed = vector.load(kept.squashed + row * hidden + u);
                    Vector dh = vector.load(dy.row(row) + u), dc(T{0});
                    if (!is_last) {
                        dh = dh + vector.load(sums.row(r) + (u - sums.units.begin));
                        dc = vector.load(dcell + r * hidden + u);
                    }
                    dc = madd<Arch, T>(dh * out, one - squashed * squashed, dc);
                    vector.store(gradients + u, dc * value * (in * (one - in)));
                    vector.store(gradients + hidden + u,
                                 dc * vector.load(cell.row(r) + u) * (forget * (one - forget)));
                    vector.store(gradients + 2 * hidden + u, dc * in * (one - value * value));
                    vector.store(gradients + 3 * hidden + u, dh * squashed * (out * (one - out)));
                    vector.store(dcell + r * hidden + u, dc * forget);
                });
            }
        };
        if (is_last) {
            detail::without_product<T>(extent, columns, threads, finish);
        } else {
            product.run(batch, {detail::step_of<const T>({dgates, columns}, t + 1, batch), columns}, finish);
        }
    }
}

/// The gradients of the parameters.
/// @param parameters not used in the computation; the weights are prefetched for the update
/// @param magnitudes for each parameter [hidden], output: the largest |gradient| of each unit over its gates;
/// all pointers null if not wanted
/// @param of_gates 4 hidden elements of workspace
template <class Backend, class T>
void lstm_parameter_gradients(const Recurrence& extent, Matrix<const T> x, Matrix<const T> state_before,
                              Matrix<const T> y, const T* dgates,
                              const RecurrentParameters<const T>& parameters,
                              const RecurrentParameters<T>& gradients,
                              const RecurrentParameters<T>& magnitudes, T* of_gates, T* workspace,
                              Threads& threads) {
    const std::size_t hidden = extent.hidden, columns = 4 * hidden;
    const bool watch = magnitudes.input_weight != nullptr;
    const Matrix<const T> dz{dgates, columns};
    T* const seen = watch ? of_gates : nullptr;
    gemm_tn<Backend, T>(
        extent.inputs, columns, extent.rows(), x, dz, Matrix<T>{gradients.input_weight, columns},
        Epilogue<T>{.magnitude = seen, .read_next = parameters.input_weight}, workspace, threads);
    if (watch) detail::fold_gates(of_gates, 4, hidden, magnitudes.input_weight);
    detail::recurrent_gradients<Backend, T>(
        extent, columns, state_before, y, dz, Matrix<T>{gradients.recurrent_weight, columns},
        Epilogue<T>{.magnitude = seen, .read_next = parameters.recurrent_weight}, workspace, threads);
    if (watch) detail::fold_gates(of_gates, 4, hidden, magnitudes.recurrent_weight);
    column_sums<Backend, T>({extent.rows(), columns}, dz, gradients.input_bias, seen, workspace, threads);
    std::copy_n(gradients.input_bias, columns, gradients.recurrent_bias);
    if (!watch) return;
    detail::fold_gates(of_gates, 4, hidden, magnitudes.input_bias);
    std::copy_n(magnitudes.input_bias, hidden, magnitudes.recurrent_bias);
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
