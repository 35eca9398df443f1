#pragma once

#include <alrao/ops/head.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/log_domain.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>

namespace alrao {

/// A head for DensityLoss, whose comment describes the two functions.
template <class Head>
concept DensityHead = !Head::standardizes_targets && requires(double x) {
    { Head::log_density(x, x) } -> std::convertible_to<double>;
    { Head::slope(x, x) } -> std::convertible_to<double>;
};

/// Loss of a regression head that is defined by the density of one output; outputs are independent. It is
/// meant for heads outside the library. Such a head declares
/// `template <std::size_t Copies> using Loss = DensityLoss<Head, Copies>;` and the static functions
///
///   double log_density(double output, double target)   ln p(target); finite for finite arguments
///   double slope(double output, double target)         derivative of -log_density with respect to output
///
/// Targets are not standardised: `standardizes_targets` must be false. The loss is computed in double by
/// one thread, which suits heads with few outputs.
template <DensityHead Head, std::size_t Copies>
struct DensityLoss {
    static constexpr std::size_t outputs = Head::outputs;

    template <class T>
    static std::size_t workspace(std::size_t) {
        return 0;
    }

    template <class Backend, class T>
    static BatchLoss learn(Context<T>& context, const HeadCopies& copies, const Block<T>& scores,
                           const Block<T>& trunk) {
        const Truth<T>& truth = checked_truth(*context.head, scores.rows);
        const double scale = detail::mean_factor(context);
        const BatchLoss loss = compare(truth, copies, scores);
        for (std::size_t r = 0; r < scores.rows; ++r) {
            const Row<T> row{truth, scores.row(r), r};
            const double mixture = log_mixture(copies, row);
            for (std::size_t column = copies.count * outputs; column < scores.stride; ++column)
                trunk.row(r)[column] = scores.row(r)[column] = T{0};
            for (std::size_t j = 0; j < copies.count; ++j) {
                const bool learns = is_finite(copies.log_likelihood[j]) && is_finite(mixture);
                const double share =
                    learns ? std::exp(copies.log_weights[j] + row.log_density(j) - mixture) : 0;
                for (std::size_t d = 0; d < outputs; ++d) {
                    const std::size_t at = j * outputs + d;
                    const double slope =
                        learns && row.counts(d) ? scale * truth.weight(r) * row.slope(j, d) : 0;
                    trunk.row(r)[at] = static_cast<T>(share * slope);
                    scores.row(r)[at] =
                        static_cast<T>(slope);  // after trunk: with one copy both share memory
                }
            }
        }
        return loss;
    }

    /// Writes the outputs of the best copy, or the mean of the mixture if `context.averaged` is
    /// Averaged::mixture. Returns the loss and squared errors if there are targets.
    template <class Backend, class T>
    static BatchLoss predict(Context<T>& context, const HeadCopies& copies, const Block<T>& scores) {
        const double* const weights = copies.log_weights;
        const auto best =
            static_cast<std::size_t>(std::max_element(weights, weights + copies.count) - weights);
        for (std::size_t r = 0; r < scores.rows; ++r)
            for (std::size_t d = 0; d < outputs; ++d) {
                double mean = 0;
                for (std::size_t j = 0; j < copies.count; ++j)
                    mean += std::exp(weights[j]) * static_cast<double>(scores.row(r)[j * outputs + d]);
                context.output.row(r)[d] = context.averaged == Averaged::mixture
                                               ? static_cast<T>(mean)
                                               : scores.row(r)[best * outputs + d];
            }
        if (context.head->truth.targets == nullptr && !context.head->needs_truth) return {};
        const Truth<T>& truth = checked_truth(*context.head, scores.rows);
        BatchLoss loss = compare(truth, copies, scores);
        if (context.averaged == Averaged::best_copy) loss.loss = -copies.log_likelihood[best];
        for (std::size_t r = 0; r < scores.rows; ++r)
            for (std::size_t d = 0; d < outputs; ++d) {
                const Row<T> row{truth, context.output.row(r), r};
                if (row.counts(d)) loss.squared_error += std::pow(row.output(0, d) - row.target(d), 2);
            }
        return loss;
    }

private:
    /// The outputs of all copies for one row, with its targets.
    template <class T>
    struct Row {
        const Truth<T>& truth;
        const T* scores;
        std::size_t number;

        [[nodiscard]] bool counts(std::size_t d) const {
            return truth.selected == nullptr || static_cast<std::size_t>(truth.selected[number]) == d;
        }
        [[nodiscard]] double target(std::size_t d) const {
            return static_cast<double>(truth.selected == nullptr ? truth.targets[number * outputs + d]
                                                                 : truth.targets[number]);
        }
        [[nodiscard]] double output(std::size_t copy, std::size_t d) const {
            return static_cast<double>(scores[copy * outputs + d]);
        }
        [[nodiscard]] double slope(std::size_t copy, std::size_t d) const {
            return Head::slope(output(copy, d), target(d));
        }
        [[nodiscard]] double log_density(std::size_t copy) const {
            double sum = 0;
            for (std::size_t d = 0; d < outputs; ++d)
                if (counts(d)) sum += Head::log_density(output(copy, d), target(d));
            return sum;
        }
    };

    template <class T>
    static const Truth<T>& checked_truth(const HeadCall<T>& head, std::size_t rows) {
        if (head.truth.targets == nullptr) fail("alrao: this head needs targets for each sample");
        if (head.truth.selected != nullptr) detail::require_labels(head.truth.selected, rows, outputs);
        return head.truth;
    }

    /// ln of the weighted sum of densities over the copies whose likelihood of the whole batch is finite.
    template <class T>
    static double log_mixture(const HeadCopies& copies, const Row<T>& row) {
        return log_sum(copies.count, [&](std::size_t j) {
            return is_finite(copies.log_likelihood[j]) ? copies.log_weights[j] + row.log_density(j)
                                                       : log_zero;
        });
    }

    template <class T>
    static BatchLoss compare(const Truth<T>& truth, const HeadCopies& copies, const Block<T>& scores) {
        BatchLoss loss;
        for (std::size_t j = 0; j < copies.count; ++j) {
            double sum = 0;
            for (std::size_t r = 0; r < scores.rows; ++r) {
                const double density = Row<T>{truth, scores.row(r), r}.log_density(j);
                sum = is_finite(density) && is_finite(sum) ? sum + truth.weight(r) * density : log_zero;
            }
            copies.log_likelihood[j] = sum;
        }
        for (std::size_t r = 0; r < scores.rows; ++r) {
            const double mixture = log_mixture(copies, Row<T>{truth, scores.row(r), r});
            loss.any_finite = loss.any_finite && is_finite(mixture);
            loss.loss -= truth.weight(r) * mixture;
            loss.weight += truth.weight(r);
        }
        return loss;
    }
};

}  // namespace alrao
