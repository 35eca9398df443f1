#pragma once

#include <alrao/kernels/head/gaussian_mixture.hpp>
#include <alrao/ops/head.hpp>
#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace alrao {

/// Loss of GaussianRegressor: Gaussian likelihood, with variance 1, of the standardised targets, averaged
/// over the copies.
template <std::size_t Outputs, std::size_t Copies>
struct HeadLoss<GaussianRegressor<Outputs>, Copies> : detail::MixtureLoss<Outputs, Copies> {
    using Base = detail::MixtureLoss<Outputs, Copies>;

    template <class Backend, class T>
    static BatchLoss learn(Context<T>& context, const HeadCopies& copies, const Block<T>& scores,
                           const Block<T>& trunk) {
        return Base::loss_of(kernels::gaussian_mixture<Backend, T>(
            batch(context, copies, scores.rows), scores.matrix(), Base::gradients(context, scores, trunk),
            copies.log_likelihood, Base::doubles(context), *context.threads));
    }

    /// Writes the means in the units of the targets: those of the best copy, or of the mixture if
    /// `context.averaged` is Averaged::mixture. If there are targets, returns the loss and squared errors.
    template <class Backend, class T>
    static BatchLoss predict(Context<T>& context, const HeadCopies& copies, const Block<T>& scores) {
        const HeadCall<T>& head = *context.head;
        if (head.needs_truth && head.truth.targets == nullptr)
            fail("alrao: this head needs targets to compare with");
        BatchLoss loss;
        if (head.truth.targets != nullptr) {
            const auto compared =
                Base::choose_copies(copies, scores, context.averaged == Averaged::best_copy);
            kernels::GaussianBatch<T> in = batch(context, copies, scores.rows);
            in.copies = compared.copies;
            in.log_weights = compared.log_weights;
            loss = Base::loss_of(kernels::gaussian_mixture_evaluate<Backend, T>(
                in, compared.scores, copies.log_likelihood, Base::doubles(context), *context.threads));
            Base::place(copies, compared);
        }
        const auto chosen = Base::choose_copies(copies, scores, context.averaged != Averaged::mixture);
        kernels::gaussian_mixture_predict<Backend, T>(scores.rows, chosen.copies, Outputs, chosen.log_weights,
                                                      chosen.scores, context.output.matrix(),
                                                      *context.threads);
        const T *mean = context.statistic[layers::HeadStatistic::target_mean],
                *deviation = context.statistic[layers::HeadStatistic::target_deviation];
        for (std::size_t row = 0; row < scores.rows; ++row) {
            T* to = context.output.row(row);
            for (std::size_t d = 0; d < Outputs; ++d) to[d] = to[d] * deviation[d] + mean[d];
        }
        if (head.truth.targets != nullptr) {
            loss.error_unit = error_unit(deviation);
            loss.squared_error = squared_error(context, loss.error_unit);
        }
        return loss;
    }

private:
    static constexpr std::array<double, Copies> unit_variances = [] {
        std::array<double, Copies> variances{};
        variances.fill(1);
        return variances;
    }();

    template <class T>
    static kernels::GaussianBatch<T> batch(const Context<T>& context, const HeadCopies& copies,
                                           std::size_t rows) {
        Truth<T> truth = context.head->truth;
        if (truth.targets == nullptr) fail("alrao: this head needs targets for each sample");
        if (truth.selected != nullptr) detail::require_labels(truth.selected, rows, Outputs);
        truth.targets = standardised(context, rows);
        return {.batch = rows,
                .copies = copies.count,
                .outputs = Outputs,
                .log_weights = copies.log_weights,
                .variances = unit_variances.data(),
                .truth = truth};
    }

    /// Writes (target - mean) / deviation of all targets to the layer's scratch memory. With
    /// `truth.selected` there is one target per row, else `Outputs`.
    template <class T>
    static const T* standardised(const Context<T>& context, std::size_t rows) {
        const Truth<T>& truth = context.head->truth;
        const T *mean = context.statistic[layers::HeadStatistic::target_mean],
                *deviation = context.statistic[layers::HeadStatistic::target_deviation];
        T* const to = context.node->input.per_token ? context.scratch.per_token : context.scratch.per_sample;
        const std::size_t each = truth.selected == nullptr ? Outputs : 1;
        for (std::size_t i = 0; i < rows * each; ++i) {
            const std::size_t d =
                truth.selected == nullptr ? i % Outputs : static_cast<std::size_t>(truth.selected[i]);
            to[i] = (truth.targets[i] - mean[d]) / deviation[d];
        }
        return to;
    }

    /// Unit of squared errors: 1, or a power of two near the largest deviation if squares would overflow or
    /// underflow in double.
    template <class T>
    static double error_unit(const T* deviation) {
        const auto largest = static_cast<double>(*std::max_element(deviation, deviation + Outputs));
        return largest > 0x1p400 || largest < 0x1p-400 ? std::exp2(std::round(std::log2(largest))) : 1;
    }

    template <class T>
    static double squared_error(const Context<T>& context, double unit) {
        const Truth<T>& truth = context.head->truth;
        double sum = 0;
        for (std::size_t row = 0; row < context.output.rows; ++row)
            for (std::size_t d = 0; d < Outputs; ++d) {
                if (truth.selected != nullptr && static_cast<std::size_t>(truth.selected[row]) != d) continue;
                const T target =
                    truth.selected == nullptr ? truth.targets[row * Outputs + d] : truth.targets[row];
                const double apart = static_cast<double>(context.output.row(row)[d]) / unit -
                                     static_cast<double>(target) / unit;
                sum += apart * apart;
            }
        return sum;
    }
};

}  // namespace alrao
