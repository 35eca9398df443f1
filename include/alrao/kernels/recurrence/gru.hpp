#pragma once

#include <alrao/kernels/recurrence/recurrence.hpp>
#include <alrao/kernels/transcendental.hpp>
#include <alrao/kernels/vector.hpp>

#include <algorithm>
#include <cstddef>

#pragma GCC diagnostic push  // g++ 12 sees uninitialised values in its own vector intrinsics
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace alrao::kernels {

/// The values that the forward pass saves for the backward pass, in contiguous rows per token: the gates
/// r, z, n [3 hidden], and q = h R_n + c_n [hidden], the term of n that r scales.
template <class T>
struct GruKept {
    T *gates, *scaled;
};

/// The gradients of the arguments of the gates' functions, in contiguous rows per token. `gates`: with
/// respect to x W + b, for r, z, n [3 hidden]. `scaled`: with respect to q [hidden].
template <class T>
struct GruGradients {
    T *gates, *scaled;
};

/// Forward pass of a GRU over a chunk. At each time step, with input x, previous state h, the input's
/// parameters W and b and the recurrent parameters R and c:
///   r = logistic(x W_r + b_r + c_r + h R_r);  z = logistic(x W_z + b_z + c_z + h R_z);
///   n = tanh(x W_n + b_n + r (h R_n + c_n));  new h = n + z (h - n)
/// The inputs of all time steps are multiplied by W in one product; the state is multiplied by R step by
/// step.
/// @param before, after the state [batch][hidden] before and after the chunk
/// @param y the new state of each token [rows][hidden]
/// @param magnitude, panels as for lstm_forward, with 3 gates
template <class Backend, class T>
void gru_forward(const Recurrence& extent, Matrix<const T> x, const RecurrentParameters<const T>& parameters,
                 Matrix<const T> before, const GruKept<T>& kept, Matrix<T> y, Matrix<T> after, T* magnitude,
                 T* panels, T* workspace, Threads& threads) {
    using Arch = typename Backend::arch;
    const std::size_t hidden = extent.hidden, columns = 3 * hidden, batch = extent.batch;
    for (std::size_t c = 0; c < columns; ++c)
        panels[c] = parameters.input_bias[c] + (c < 2 * hidden ? parameters.recurrent_bias[c] : T{0});
    gemm_nn<Backend, T>(extent.rows(), columns, extent.inputs, x, {parameters.input_weight, columns},
                        Matrix<T>{kept.gates, columns}, Epilogue<T>{.bias = panels}, workspace, threads);
    const StepProduct<Backend, T> product({{hidden, hidden, 3}, {parameters.recurrent_weight, columns}},
                                          panels, workspace, threads);
    const T* const bias = parameters.recurrent_bias + 2 * hidden;
    if (magnitude != nullptr) std::fill_n(magnitude, hidden, T{0});
    for (std::size_t t = 0; t < extent.steps; ++t) {
        const Matrix<const T> state = t == 0 ? before : detail::step_of<const T>(y, t - 1, batch);
        product.run(batch, {state, hidden}, [&](const StepSums<T>& sums) {
            for (std::size_t b = sums.rows.begin; b < sums.rows.end; ++b) {
                const std::size_t row = t * batch + b;
                T* const gates = kept.gates + row * columns;
                for_each_vector<Arch, T>(sums.units.begin, sums.units.end, [&](auto vector, std::size_t u) {
                    const std::size_t at = u - sums.units.begin;
                    const auto r = logistic(vector.load(gates + u) + vector.load(sums.row(b, 0) + at));
                    const auto z =
                        logistic(vector.load(gates + hidden + u) + vector.load(sums.row(b, 1) + at));
                    const auto q = vector.load(sums.row(b, 2) + at) + vector.load(bias + u);
                    const auto n =
                        hyperbolic_tangent(madd<Arch, T>(r, q, vector.load(gates + 2 * hidden + u)));
                    const auto h = madd<Arch, T>(z, vector.load(state.row(b) + u) - n, n);
                    vector.store(gates + u, r);
                    vector.store(gates + hidden + u, z);
                    vector.store(gates + 2 * hidden + u, n);
                    vector.store(kept.scaled + row * hidden + u, q);
                    vector.store(y.row(row) + u, h);
                    if (magnitude == nullptr) return;
                    Largest<Arch, T> largest;
                    largest.see(vector.load(magnitude + u));
                    largest.see(h);
                    vector.store(magnitude + u, largest.value());
                });
            }
        });
        if (magnitude != nullptr && !is_finite(detail::magnitude<Arch, T>(magnitude, hidden)))
            magnitude = nullptr;
    }
    for (std::size_t b = 0; b < batch; ++b)
        std::copy_n(y.row((extent.steps - 1) * batch + b), hidden, after.row(b));
}

/// The gradients of the arguments of the gates' functions, from dy and the values that the forward pass
/// saved. Time steps are processed in descending order, with
///   dh = dy + (dr, dz, dq)(next step) R^T + dh z(next step)
/// Gradients of time steps after the chunk are taken as 0.
/// @param dstate [batch][hidden], overwritten
/// @param panels as for lstm_gate_gradients, with 3 gates
template <class Backend, class T>
void gru_gate_gradients(const Recurrence& extent, const T* recurrent_weight, Matrix<const T> before,
                        Matrix<const T> y, const GruKept<const T>& kept, Matrix<const T> dy,
                        const GruGradients<T>& gradients, T* dstate, T* panels, T* workspace,
                        Threads& threads) {
    using Arch = typename Backend::arch;
    using Vector = Register<T, Arch>;
    const std::size_t hidden = extent.hidden, columns = 3 * hidden, batch = extent.batch;
    const StepProduct<Backend, T> product({{columns, hidden, 1}, {recurrent_weight, columns}, true}, panels,
                                          workspace, threads);
    for (std::size_t t = extent.steps; t-- > 0;) {
        const bool is_last = t + 1 == extent.steps;
        const Matrix<const T> state = t == 0 ? before : detail::step_of<const T>(y, t - 1, batch);
        const auto finish = [&](const StepSums<T>& sums) {
            for (std::size_t b = sums.rows.begin; b < sums.rows.end; ++b) {
                const std::size_t row = t * batch + b;
                const T* const gates = kept.gates + row * columns;
                T* const of_gates = gradients.gates + row * columns;
                for_each_vector<Arch, T>(sums.units.begin, sums.units.end, [&](auto vector, std::size_t u) {
                    const Vector one(T{1});
                    const auto r = vector.load(gates + u), z = vector.load(gates + hidden + u),
                               n = vector.load(gates + 2 * hidden + u);
                    Vector dh = vector.load(dy.row(row) + u);
                    if (!is_last)
                        dh = dh + vector.load(sums.row(b) + (u - sums.units.begin)) +
                             vector.load(dstate + b * hidden + u);
                    const auto dn = dh * (one - z) * (one - n * n);
                    vector.store(of_gates + u,
                                 dn * vector.load(kept.scaled + row * hidden + u) * (r * (one - r)));
                    vector.store(of_gates + hidden + u,
                                 dh * (vector.load(state.row(b) + u) - n) * (z * (one - z)));
                    vector.store(of_gates + 2 * hidden + u, dn);
                    vector.store(gradients.scaled + row * hidden + u, dn * r);
                    vector.store(dstate + b * hidden + u, dh * z);
                });
            }
        };
        if (is_last) {
            detail::without_product<T>(extent, columns, threads, finish);
        } else {
            product.run(batch,
                        {detail::step_of<const T>({gradients.gates, columns}, t + 1, batch), 2 * hidden,
                         detail::step_of<const T>({gradients.scaled, hidden}, t + 1, batch), hidden},
                        finish);
        }
    }
}

/// The gradients of the parameters.
/// @param parameters not used in the computation; the weights are prefetched for the update
/// @param magnitudes for each parameter [hidden], output: the largest |gradient| of each unit over its gates;
/// all pointers null if not wanted
/// @param of_gates 3 hidden elements of workspace
template <class Backend, class T>
void gru_parameter_gradients(const Recurrence& extent, Matrix<const T> x, Matrix<const T> before,
                             Matrix<const T> y, const GruGradients<const T>& dz,
                             const RecurrentParameters<const T>& parameters,
                             const RecurrentParameters<T>& gradients,
                             const RecurrentParameters<T>& magnitudes, T* of_gates, T* workspace,
                             Threads& threads) {
    const std::size_t hidden = extent.hidden, columns = 3 * hidden, two = 2 * hidden;
    const bool watch = magnitudes.input_weight != nullptr;
    const Matrix<const T> gates{dz.gates, columns}, scaled{dz.scaled, hidden};
    T* const seen = watch ? of_gates : nullptr;
    T* const seen_scaled = watch ? of_gates + two : nullptr;
    const auto fold = [&](T* magnitude) {
        if (watch) detail::fold_gates(of_gates, 3, hidden, magnitude);
    };
    gemm_tn<Backend, T>(
        extent.inputs, columns, extent.rows(), x, gates, Matrix<T>{gradients.input_weight, columns},
        Epilogue<T>{.magnitude = seen, .read_next = parameters.input_weight}, workspace, threads);
    fold(magnitudes.input_weight);
    detail::recurrent_gradients<Backend, T>(
        extent, two, before, y, gates, Matrix<T>{gradients.recurrent_weight, columns},
        Epilogue<T>{.magnitude = seen, .read_next = parameters.recurrent_weight}, workspace, threads);
    detail::recurrent_gradients<Backend, T>(
        extent, hidden, before, y, scaled, Matrix<T>{gradients.recurrent_weight + two, columns},
        Epilogue<T>{.magnitude = seen_scaled, .read_next = parameters.recurrent_weight + two}, workspace,
        threads);
    fold(magnitudes.recurrent_weight);
    column_sums<Backend, T>({extent.rows(), columns}, gates, gradients.input_bias, seen, workspace, threads);
    fold(magnitudes.input_bias);
    std::copy_n(gradients.input_bias, two, gradients.recurrent_bias);
    column_sums<Backend, T>({extent.rows(), hidden}, scaled, gradients.recurrent_bias + two, seen_scaled,
                            workspace, threads);
    fold(magnitudes.recurrent_bias);
}

}  // namespace alrao::kernels

#pragma GCC diagnostic pop
