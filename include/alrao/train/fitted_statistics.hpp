#pragma once

#include <alrao/layers/normalization.hpp>
#include <alrao/layers/parameter_table.hpp>
#include <alrao/model/model.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/task.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alrao {

/// Mean, standard deviation and largest |x| of numbers that come in rows of equal length, for each
/// column.
struct ColumnMoments {
    std::vector<double> mean, deviation, largest{};
};

namespace detail {

/// `values(i)` points to the numbers of sample i: `rows` rows of `columns`. Two passes in double. A
/// constant column has deviation 1, so that dividing by it changes nothing.
template <class Values>
ColumnMoments column_moments(std::size_t samples, std::size_t rows, std::size_t columns,
                             Values values) {
    ColumnMoments m{std::vector<double>(columns), std::vector<double>(columns),
                    std::vector<double>(columns)};
    const double count = static_cast<double>(samples) * static_cast<double>(rows);
    const auto for_each_row = [&](auto f) {
        for (std::size_t i = 0; i < samples; ++i)
            for (std::size_t row = 0; row < rows; ++row) f(values(i) + row * columns);
    };
    for_each_row([&](const auto* x) {
        for (std::size_t c = 0; c < columns; ++c) {
            m.mean[c] += static_cast<double>(x[c]);
            m.largest[c] = std::max(m.largest[c], std::abs(static_cast<double>(x[c])));
        }
    });
    for (double& mean : m.mean) mean /= count;
    for_each_row([&](const auto* x) {
        for (std::size_t c = 0; c < columns; ++c) {
            const double distance = static_cast<double>(x[c]) - m.mean[c];
            m.deviation[c] += distance * distance;
        }
    });
    for (std::size_t c = 0; c < columns; ++c) {
        const double deviation = std::sqrt(m.deviation[c] / count);
        m.deviation[c] = deviation > 1e-7 * std::abs(m.mean[c]) ? deviation : 1;
    }
    return m;
}

/// The numbers of a statistic of leaf `node`, empty if there is none of that name.
template <class Net>
auto statistic(Net& net, std::size_t node, std::string_view name) {
    for (const StatisticEntry& entry : Net::network::statistics)
        if (entry.node == node && entry.name == name)
            return net.statistic_buffer().subspan(entry.offset, entry.size);
    return net.statistic_buffer().first(0);
}

template <class Net>
void set_moments(Net& net, std::size_t node, std::string_view mean, std::string_view deviation,
                 const ColumnMoments& moments) {
    using T = typename Net::scalar;
    const auto put = [&](std::string_view name, const std::vector<double>& values) {
        const auto to = statistic(net, node, name);
        std::transform(values.begin(), values.end(), to.begin(),
                       [](double value) { return static_cast<T>(value); });
    };
    put(mean, moments.mean);
    put(deviation, moments.deviation);
}

/// Whether (x - mean) (1 / deviation) can be computed in T where |x| is at most `largest`.
template <class T>
[[nodiscard]] bool can_standardize(double mean, double deviation, double largest) {
    return is_finite(deviation) && is_finite(T{1} / static_cast<T>(deviation)) &&
           is_finite(static_cast<T>(largest) + static_cast<T>(std::abs(mean)));
}

/// @throws ArgumentError that names the first column whose numbers are too large or too close
/// together
template <class T>
[[gnu::cold]] void require_usable(const ColumnMoments& moments, const char* what) {
    for (std::size_t c = 0; c < moments.mean.size(); ++c)
        if (!can_standardize<T>(moments.mean[c], moments.deviation[c], moments.largest[c]))
            fail({"alrao: fit: ", what, " ", c, " cannot be standardised: with mean ",
                  moments.mean[c], ", deviation ", moments.deviation[c], " and numbers of up to ",
                  moments.largest[c], " the arithmetic leaves the range of the model's numbers; ",
                  "scale the data"});
}

template <class T>
[[gnu::cold]] void require_moments(std::size_t wanted, const std::vector<double>& mean,
                                   const std::vector<double>& deviation, const char* caller) {
    const std::string where = std::string("alrao: ") + caller + ": ";
    if (mean.size() != wanted || deviation.size() != wanted)
        fail({where, "needs ", wanted, " means and deviations, got ", mean.size(), " and ",
              deviation.size()});
    for (std::size_t c = 0; c < wanted; ++c)
        if (!is_finite(mean[c]) || !(deviation[c] > 0) ||
            !can_standardize<T>(mean[c], deviation[c], 0))
            fail({where, "mean ", mean[c], " and deviation ", deviation[c],
                  " have to be finite, the deviation and its reciprocal above 0"});
}

}  // namespace detail

/// Whether the network begins with a Normalize.
template <class Net>
inline constexpr bool has_normalize = Net::network::chain.nodes[0].name == Normalize::name;

/// Gives a Normalize layer its constants, one for each channel; `fit` then keeps them.
/// @throws ArgumentError on another number of constants, or a deviation that is not above 0
template <class Net>
    requires has_normalize<Net>
void normalize_by(Net& net, std::vector<double> mean, std::vector<double> deviation) {
    require_numbers(net);
    detail::require_moments<typename Net::scalar>(Net::network::input_shape.channels(), mean,
                                                  deviation, "normalize_by");
    detail::set_moments(net, 0, "mean", "deviation", {std::move(mean), std::move(deviation)});
    detail::statistic(net, 0, "fitted")[0] = 1;
}

/// Gives the head of a regression the scale by which it standardises targets; `fit` then keeps it.
/// Mean 0 and deviation 1 leave targets as they are.
/// @throws ArgumentError on another number of constants, or a deviation that is not above 0
template <class Net>
    requires(task_of<Net> == Task::regression)
void standardize_targets_by(Net& net, std::vector<double> mean, std::vector<double> deviation) {
    require_numbers(net);
    detail::require_moments<typename Net::scalar>(Net::network::output_shape.size(), mean,
                                                  deviation, "standardize_targets_by");
    constexpr std::size_t head = Net::network::node_count - 1;
    detail::set_moments(net, head, "target_mean", "target_deviation",
                        {std::move(mean), std::move(deviation)});
    detail::statistic(net, head, "fitted")[0] = 1;
}

/// Gives a Normalize layer, and the standardisation of a regression's targets, their constants from
/// training data, unless they have them already. `fit` calls it once, before the first step.
/// @throws ArgumentError, before anything has changed, if the data cannot be standardised in the
/// model's numbers
template <class Net>
void fit_statistics(Net& net, const Dataset<typename Net::scalar>& data) {
    require_numbers(net);
    using T = typename Net::scalar;
    constexpr std::size_t head = Net::network::node_count - 1;
    constexpr Shape input = Net::network::input_shape;
    const auto fitted = [&](std::size_t node) { return detail::statistic(net, node, "fitted"); };
    const auto open = [&](std::size_t node) {
        return !fitted(node).empty() && is_zero(fitted(node)[0]);
    };
    ColumnMoments of_inputs, of_targets;
    if (has_normalize<Net> && open(0)) {
        of_inputs = detail::column_moments(data.size(), input.pixels(), input.channels(),
                                           [&](std::size_t i) { return data.inputs(i); });
        detail::require_usable<T>(of_inputs, "channel");
    }
    if (task_of<Net> == Task::regression && open(head)) {
        of_targets = detail::column_moments(data.size(), 1, data.outputs(),
                                            [&](std::size_t i) { return data.targets(i); });
        detail::require_usable<T>(of_targets, "target");
        // Where a sample's one target is for a selected output, all outputs share a scale.
        of_targets.mean.resize(Net::network::output_shape.size(), of_targets.mean[0]);
        of_targets.deviation.resize(of_targets.mean.size(), of_targets.deviation[0]);
    }
    if (!of_inputs.mean.empty()) {
        detail::set_moments(net, 0, "mean", "deviation", of_inputs);
        fitted(0)[0] = 1;
    }
    if (!of_targets.mean.empty()) {
        detail::set_moments(net, head, "target_mean", "target_deviation", of_targets);
        fitted(head)[0] = 1;
    }
}

}  // namespace alrao
