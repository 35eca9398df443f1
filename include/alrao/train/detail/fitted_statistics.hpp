#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/layers/normalization.hpp>
#include <alrao/model/batch.hpp>
#include <alrao/model/model.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/train/any_source.hpp>
#include <alrao/train/detail/column_moments.hpp>
#include <alrao/train/detail/column_notes.hpp>
#include <alrao/train/detail/dataset_check.hpp>
#include <alrao/train/detail/fitted_columns.hpp>
#include <alrao/train/detail/source_check.hpp>
#include <alrao/train/task.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alrao {

namespace detail {

/// The numbers of the statistic `name` of leaf `node`; empty if the leaf has no such statistic.
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
        const auto to = detail::statistic(net, node, name);
        std::transform(values.begin(), values.end(), to.begin(),
                       [](double value) { return static_cast<T>(value); });
    };
    put(mean, moments.mean);
    put(deviation, moments.deviation);
}

template <class T>
[[gnu::cold]] void require_moments(std::size_t wanted, const std::vector<double>& mean,
                                   const std::vector<double>& deviation, const char* caller) {
    const std::string where = std::string("alrao: ") + caller + ": ";
    if (mean.size() != wanted || deviation.size() != wanted)
        fail(
            {where, "needs ", wanted, " means and deviations, got ", mean.size(), " and ", deviation.size()});
    for (std::size_t c = 0; c < wanted; ++c)
        if (!is_finite(mean[c]) || !(deviation[c] > 0) || !can_standardize<T>(mean[c], deviation[c], 0, 0))
            fail({where, "mean ", mean[c], " and deviation ", deviation[c],
                  " must be finite, the deviation and its reciprocal above 0"});
}

}  // namespace detail

/// Whether the network begins with a Normalize.
template <class Net>
inline constexpr bool has_normalize = Net::network::chain.nodes[0].facts.is_fitted_to_inputs;

/// Sets the constants of a Normalize layer, `mean` [channels] and (standard) `deviation` [channels]; `fit`
/// then keeps them.
/// @throws ArgumentError on a wrong number of constants, a constant that is not finite, or a deviation that
/// is not above 0 or has no finite reciprocal
template <class Net>
    requires has_normalize<Net>
void normalize_by(Net& net, std::vector<double> mean, std::vector<double> deviation) {
    require_numbers(net);
    detail::require_moments<typename Net::scalar>(Net::network::input_shape.channels(), mean, deviation,
                                                  "normalize_by");
    detail::set_moments(net, 0, "mean", "deviation", {std::move(mean), std::move(deviation)});
    detail::statistic(net, 0, "fitted")[0] = 1;
}

/// Sets the constants with which the head of a regression standardises targets, `mean` [outputs] and `deviation`
/// [outputs]; `fit` then keeps them. Mean 0 and deviation 1 leave targets unchanged.
/// @throws ArgumentError as normalize_by
template <class Net>
    requires(task_of<Net> == Task::regression)
void standardize_targets_by(Net& net, std::vector<double> mean, std::vector<double> deviation) {
    require_numbers(net);
    detail::require_moments<typename Net::scalar>(Net::network::output_shape.size(), mean, deviation,
                                                  "standardize_targets_by");
    constexpr std::size_t head = Net::network::node_count - 1;
    detail::set_moments(net, head, "target_mean", "target_deviation",
                        {std::move(mean), std::move(deviation)});
    detail::statistic(net, head, "fitted")[0] = 1;
}

namespace detail {

/// Whether leaf `node` takes constants from data and has none yet.
template <class Net>
[[nodiscard]] bool lacks_constants(Net& net, std::size_t node) {
    const auto fitted = detail::statistic(net, node, "fitted");
    return !fitted.empty() && is_zero(fitted[0]);
}

/// The name of a column of the inputs in messages.
template <class Net>
inline constexpr const char* input_column =
    Net::network::input_shape.pixels() == 1 ? "input column" : "input channel";

/// The inputs of a data set; their columns are the channels, as in Normalize.
template <class Net, class Data>
[[nodiscard]] auto input_columns(const Data& data) {
    return Columns{data.size(), data.sample_size(), Net::network::input_shape.channels(),
                   [&data](std::size_t i) { return data.inputs(i); }};
}
template <class Data>
[[nodiscard]] auto target_columns(const Data& data) {
    return Columns{data.size(), data.outputs(), data.outputs(),
                   [&data](std::size_t i) { return data.targets(i); }};
}

/// @throws ArgumentError if an input is not finite; `caller` begins the message
template <class Net, class Data>
[[nodiscard]] ColumnRanges input_ranges(const Data& data, const char* caller) {
    return column_ranges(input_columns<Net>(data), [&](std::size_t i, std::size_t k) {
        refuse_number(caller, "input", k, i, static_cast<double>(data.inputs(i)[k]));
    });
}
/// @throws ArgumentError if a target is not finite; `caller` begins the message
template <class Data>
[[nodiscard]] ColumnRanges target_ranges(const Data& data, const char* caller) {
    return column_ranges(target_columns(data), [&](std::size_t i, std::size_t j) {
        refuse_number(caller, "target", j, i, static_cast<double>(data.targets(i)[j]));
    });
}

/// The constants that a model gets from data; empty if it has them already, or needs none.
struct FittedStatistics {
    FittedColumns inputs{}, targets{};
};

/// Whether there is a Normalize layer that has no constants yet.
template <class Net>
[[nodiscard]] bool wants_input_constants(Net& net) {
    return has_normalize<Net> && lacks_constants(net, 0);
}
/// Whether the head of a regression standardises targets and has no constants yet.
template <class Net>
[[nodiscard]] bool wants_target_constants(Net& net) {
    return task_of<Net> == Task::regression && lacks_constants(net, Net::network::node_count - 1);
}

/// Computes the constants that the model needs.
/// @throws ArgumentError if the data cannot be standardised in the scalar type of the model
template <class Net, class Data>
[[nodiscard]] FittedStatistics statistics_of(Net& net, const Data& data, const ColumnRanges& inputs) {
    using T = typename Net::scalar;
    FittedStatistics statistics;
    if (wants_input_constants(net))
        statistics.inputs = fitted_columns<T>(input_columns<Net>(data), inputs, "channel");
    if (wants_target_constants(net))
        statistics.targets = fitted_columns<T>(target_columns(data), target_ranges(data, "fit"), "target");
    return statistics;
}

/// Adds notes on columns of inputs and targets that are constant or nearly constant.
template <class Net>
void note_constants(const FittedStatistics& statistics, Notes& notes) {
    using T = typename Net::scalar;
    note_constant<T>(statistics.inputs, input_column<Net>, "Normalize makes it 0", "Normalize makes them 0",
                     notes);
    note_constant<T>(statistics.targets, "target", "there is nothing to learn about it",
                     "there is nothing "
                     "to learn about "
                     "them",
                     notes);
}

/// Writes the constants into the model, which then counts as fitted. Empty ones leave the model unchanged.
template <class Net>
void set_statistics(Net& net, const FittedStatistics& statistics) {
    constexpr std::size_t head = Net::network::node_count - 1;
    if (statistics.inputs.columns() > 0) {
        detail::set_moments(net, 0, "mean", "deviation", statistics.inputs.constants);
        detail::statistic(net, 0, "fitted")[0] = 1;
    }
    if (statistics.targets.columns() > 0) {
        ColumnMoments of_outputs = statistics.targets.constants;
        // If each sample has one target, for a selected output, all outputs share a scale.
        of_outputs.mean.resize(Net::network::output_shape.size(), of_outputs.mean[0]);
        of_outputs.deviation.resize(of_outputs.mean.size(), of_outputs.deviation[0]);
        detail::set_moments(net, head, "target_mean", "target_deviation", of_outputs);
        detail::statistic(net, head, "fitted")[0] = 1;
    }
}

/// Access to the samples of the first epoch of a source, with the members of a Dataset. Access to a sample after the
/// current batch reads further batches; access to an earlier sample begins the epoch again.
template <class T>
class EpochSamples {
public:
    EpochSamples(const AnySource<T>& source, const DataNeeds& needs)
        : reader_(source, {.batch_size = 256}, &needs) {}

    [[nodiscard]] std::size_t size() const { return reader_.contents().samples; }
    [[nodiscard]] std::size_t sample_size() const { return reader_.contents().sample.size(); }
    [[nodiscard]] std::size_t outputs() const { return reader_.contents().outputs; }
    [[nodiscard]] const T* inputs(std::size_t i) const {
        const std::size_t place = i - read_up_to(i);
        return batch_.inputs + place * sample_size();
    }
    [[nodiscard]] const T* targets(std::size_t i) const {
        const std::size_t place = i - read_up_to(i);
        return batch_.truth.targets + place * outputs();
    }

private:
    /// Reads the batch that contains sample i. Returns the index of its first sample.
    std::size_t read_up_to(std::size_t i) const {
        if (next_ == 0 || i < first_) {
            reader_.begin_epoch(0, 0);
            next_ = 0;
        }
        while (next_ == 0 || i >= reader_.seen()) {
            if (next_ == reader_.batches(0)) reader_.require_whole_epoch();  // throws: sample i is missing
            first_ = reader_.seen();
            batch_ = reader_.batch(next_++);
        }
        return first_;
    }

    mutable SourceReader<T> reader_;
    mutable Batch<T> batch_{};
    mutable std::size_t first_ = 0, next_ = 0;
};

/// Computes the constants that a model needs from a source. If the data are not in memory, this takes three passes
/// over the first epoch for the inputs, and three for the targets.
template <class Net>
[[nodiscard]] FittedStatistics statistics_of_source(Net& net, const AnySource<typename Net::scalar>& source) {
    if (const auto* const dataset = source.dataset())
        return statistics_of(net, *dataset, input_ranges<Net>(*dataset, "fit"));
    if (!wants_input_constants(net) && !wants_target_constants(net)) return {};
    const EpochSamples<typename Net::scalar> samples(source, data_needs<Net>());
    return statistics_of(net, samples,
                         wants_input_constants(net) ? input_ranges<Net>(samples, "fit") : ColumnRanges{});
}

}  // namespace detail

/// Sets the constants of a Normalize layer and of the standardisation of a regression's targets from training data,
/// unless the model has them already. `fit` does this before the first step. Mean and deviation are computed in
/// double, without loss of precision if the mean is large beside the deviation; class weights do not affect them. A
/// column whose deviation is at most one unit of rounding of the model's type (epsilon x |mean|) is treated as
/// constant and becomes 0, or nearly 0 if its numbers differ.
/// @throws ArgumentError, before anything has changed, if the data do not fit the network, a number is not finite, or
/// the data cannot be standardised in the scalar type of the model
/// @returns notes on columns that are constant or nearly constant, as in History::messages
template <class Net>
std::vector<std::string> fit_statistics(Net& net, const AnySource<typename Net::scalar>& data) {
    require_numbers(net);
    detail::require_fitting_source(data, detail::data_needs<Net>(), "fit_statistics");
    const detail::FittedStatistics statistics = detail::statistics_of_source(net, data);
    detail::Notes notes;
    detail::note_constants<Net>(statistics, notes);
    detail::set_statistics(net, statistics);
    return notes;
}

}  // namespace alrao
