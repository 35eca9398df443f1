#pragma once

#include <alrao/kernels/gaussian_mixture.hpp>
#include <alrao/ops/head.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace alrao {

/// Gaussian likelihood of targets in standard units, variance 1, averaged over copies.
template <std::size_t Outputs, std::size_t Copies>
struct HeadLoss<GaussianRegressor<Outputs>, Copies> {
    template <class Backend, class T>
    static void learn(Context<T>& context, const Block<T>& scores, const Block<T>& trunk) {
        HeadExchange<T>& head = *context.head;
        const kernels::MixtureGradients<T> gradients{
            .own = scores.matrix(),
            .trunk = Copies > 1 ? trunk.matrix() : kernels::Matrix<T>{nullptr, trunk.stride},
            .scale = static_cast<T>(detail::mean_factor(context))};
        report(head, kernels::gaussian_mixture<Backend, T>(
                         batch(context, scores.rows), scores.matrix(), gradients,
                         head.log_likelihood, doubles(context), *context.threads));
    }

    /// Means in the targets' units; and, if there are targets, how near they were.
    template <class Backend, class T>
    static void predict(Context<T>& context, const Block<T>& scores) {
        HeadExchange<T>& head = *context.head;
        kernels::Matrix<T> used = scores.matrix();
        std::size_t copies = Copies;
        const double* log_weights = head.log_weights;
        constexpr double certain = 0;
        if (context.averaged == Averaged::best_copy) {
            const auto best = std::max_element(head.log_weights, head.log_weights + Copies);
            used.data += static_cast<std::size_t>(best - head.log_weights) * Outputs;
            copies = 1;
            log_weights = &certain;
        }
        if (head.targets != nullptr) {
            kernels::GaussianBatch<T> in = batch(context, scores.rows);
            in.copies = copies;
            in.log_weights = log_weights;
            report(head, kernels::gaussian_mixture_evaluate<Backend, T>(
                             in, used, head.log_likelihood, doubles(context), *context.threads));
        }
        kernels::gaussian_mixture_predict<Backend, T>(scores.rows, copies, Outputs, log_weights,
                                                      used, context.output.matrix(),
                                                      *context.threads);
        const T *mean = context.statistic[0], *deviation = context.statistic[1];
        for (std::size_t row = 0; row < scores.rows; ++row) {
            T* to = context.output.row(row);
            for (std::size_t d = 0; d < Outputs; ++d) to[d] = to[d] * deviation[d] + mean[d];
        }
        if (head.targets != nullptr) head.squared_error = squared_error(context);
    }

    template <class T>
    static std::size_t workspace(std::size_t rows) {
        return kernels::MixtureWorkspace::size(rows, Copies) * sizeof(double) / sizeof(T);
    }

private:
    static constexpr std::array<double, Copies> unit_variances = [] {
        std::array<double, Copies> variances{};
        variances.fill(1);
        return variances;
    }();

    template <class T>
    static kernels::GaussianBatch<T> batch(const Context<T>& context, std::size_t rows) {
        const HeadExchange<T>& head = *context.head;
        if (head.targets == nullptr) fail("alrao: this head needs targets for each sample");
        if (head.selected != nullptr) detail::require_labels(head.selected, rows, Outputs);
        return {.batch = rows,
                .copies = Copies,
                .outputs = Outputs,
                .log_weights = head.log_weights,
                .variances = unit_variances.data(),
                .targets = standardised(context, rows),
                .selected = head.selected,
                .sample_weights = head.sample_weights};
    }

    /// (target - mean) / deviation in the layer's scratch memory; one target a sample if selected.
    template <class T>
    static const T* standardised(const Context<T>& context, std::size_t rows) {
        const HeadExchange<T>& head = *context.head;
        const T *mean = context.statistic[0], *deviation = context.statistic[1];
        T* const to = context.node->input.per_token ? context.scratch[0] : context.scratch[1];
        const std::size_t each = head.selected == nullptr ? Outputs : 1;
        for (std::size_t i = 0; i < rows * each; ++i) {
            const std::size_t d =
                head.selected == nullptr ? i % Outputs : static_cast<std::size_t>(head.selected[i]);
            to[i] = (head.targets[i] - mean[d]) / deviation[d];
        }
        return to;
    }

    template <class T>
    static double squared_error(const Context<T>& context) {
        const HeadExchange<T>& head = *context.head;
        double sum = 0;
        for (std::size_t row = 0; row < context.output.rows; ++row)
            for (std::size_t d = 0; d < Outputs; ++d) {
                if (head.selected != nullptr && static_cast<std::size_t>(head.selected[row]) != d)
                    continue;
                const T target =
                    head.selected == nullptr ? head.targets[row * Outputs + d] : head.targets[row];
                const double apart = static_cast<double>(context.output.row(row)[d]) -
                                     static_cast<double>(target);
                sum += apart * apart;
            }
        return sum;
    }

    template <class T>
    static double* doubles(const Context<T>& context) {
        return reinterpret_cast<double*>(context.workspace);
    }
    template <class T>
    static void report(HeadExchange<T>& head, const kernels::MixtureSums& sums) {
        head.loss = sums.loss;
        head.weight = sums.weight;
        head.any_finite = sums.finite_copies > 0;
    }
};

template <std::size_t Outputs>
struct Op<GaussianRegressor<Outputs>> : detail::HeadOp<GaussianRegressor<Outputs>, 1> {};

}  // namespace alrao
