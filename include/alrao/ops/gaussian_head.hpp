#pragma once

#include <alrao/kernels/gaussian_mixture.hpp>
#include <alrao/ops/head.hpp>
#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace alrao {

/// Gaussian likelihood of targets in standard units, variance 1, averaged over copies.
template <std::size_t Outputs, std::size_t Copies>
struct HeadLoss<GaussianRegressor<Outputs>, Copies> : detail::MixtureLoss<Outputs, Copies> {
    using Base = detail::MixtureLoss<Outputs, Copies>;

    template <class Backend, class T>
    static void learn(Context<T>& context, const Block<T>& scores, const Block<T>& trunk) {
        HeadExchange<T>& head = *context.head;
        Base::report(head, kernels::gaussian_mixture<Backend, T>(
                               batch(context, scores.rows), scores.matrix(),
                               Base::gradients(context, scores, trunk), head.log_likelihood,
                               Base::doubles(context), *context.threads));
    }

    /// Means in the targets' units, of the best copy unless the mixture's is asked for; and, if
    /// there are targets, how near they were.
    template <class Backend, class T>
    static void predict(Context<T>& context, const Block<T>& scores) {
        HeadExchange<T>& head = *context.head;
        if (head.compares && head.targets == nullptr)
            fail("alrao: this head needs targets to compare with");
        if (head.targets != nullptr) {
            const auto judged =
                Base::choose_copies(context, scores, context.averaged == Averaged::best_copy);
            kernels::GaussianBatch<T> in = batch(context, scores.rows);
            in.copies = judged.copies;
            in.log_weights = judged.log_weights;
            Base::report(head, kernels::gaussian_mixture_evaluate<Backend, T>(
                                   in, judged.scores, head.log_likelihood, Base::doubles(context),
                                   *context.threads));
            Base::place(head, judged);
        }
        const auto chosen =
            Base::choose_copies(context, scores, context.averaged != Averaged::mixture);
        kernels::gaussian_mixture_predict<Backend, T>(scores.rows, chosen.copies, Outputs,
                                                      chosen.log_weights, chosen.scores,
                                                      context.output.matrix(), *context.threads);
        const T *mean = context.statistic[0], *deviation = context.statistic[1];
        for (std::size_t row = 0; row < scores.rows; ++row) {
            T* to = context.output.row(row);
            for (std::size_t d = 0; d < Outputs; ++d) to[d] = to[d] * deviation[d] + mean[d];
        }
        if (head.targets != nullptr) {
            head.error_unit = error_unit(deviation);
            head.squared_error = squared_error(context, head.error_unit);
        }
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
                .copies = head.copies,
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

    /// 1, or a power of two near the largest deviation where squares in double would not do.
    template <class T>
    static double error_unit(const T* deviation) {
        const auto largest = static_cast<double>(*std::max_element(deviation, deviation + Outputs));
        return largest > 0x1p400 || largest < 0x1p-400 ? std::exp2(std::round(std::log2(largest)))
                                                       : 1;
    }

    template <class T>
    static double squared_error(const Context<T>& context, double unit) {
        const HeadExchange<T>& head = *context.head;
        double sum = 0;
        for (std::size_t row = 0; row < context.output.rows; ++row)
            for (std::size_t d = 0; d < Outputs; ++d) {
                if (head.selected != nullptr && static_cast<std::size_t>(head.selected[row]) != d)
                    continue;
                const T target =
                    head.selected == nullptr ? head.targets[row * Outputs + d] : head.targets[row];
                const double apart = static_cast<double>(context.output.row(row)[d]) / unit -
                                     static_cast<double>(target) / unit;
                sum += apart * apart;
            }
        return sum;
    }
};

template <std::size_t Outputs>
struct Op<GaussianRegressor<Outputs>> : detail::HeadOp<GaussianRegressor<Outputs>, 1> {};

}  // namespace alrao
