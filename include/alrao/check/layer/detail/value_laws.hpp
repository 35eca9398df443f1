#pragma once

#include <alrao/check/detail/same_bits.hpp>
#include <alrao/check/layer/detail/lone_layer.hpp>
#include <alrao/check/layer/gradient_check.hpp>
#include <alrao/check/layer/laws.hpp>
#include <alrao/tensor/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

// Laws of a layer about the results of its calls; `c` is a LayerCase.

namespace alrao::check::layer {

/// Tests that each parameter has a name, a feature axis, and as many features as the output has channels.
template <class Case>
void facts(Case& c) {
    for (std::size_t p = 0; p < c.facts.parameters.size; ++p) {
        const Parameter& parameter = c.facts.parameters[p];
        const bool has_axis = parameter.feature_axis < parameter.extents.rank;
        c.report.note(layer_law::facts, has_axis,
                      {parameter.name, " has no axis ", parameter.feature_axis, " of features"});
        c.report.note(layer_law::facts, !parameter.name.empty(), {"parameter ", p, " has no name"});
        if (!has_axis) continue;
        const Parameter& last = c.facts.parameters[c.facts.parameters.size - 1];
        // The features of the last group are the output channels. Those of an earlier group may be others,
        // such as the hidden units of SqueezeExcite.
        if (parameter.group != last.group) continue;
        const std::size_t features = parameter.extents[parameter.feature_axis];
        c.report.note(layer_law::facts, features == c.facts.output.channels(),
                      {parameter.name, " has ", features, " features along its feature axis, the output ",
                       c.facts.output.channels(), " channels"});
    }
}

/// Repeats the calls in other memory, in the same memory, and on other numbers of threads.
template <class Case>
void threads(Case& c) {
    typename Case::template Made<float> one(c);
    c.run(one);
    typename Case::template Made<float> again(c);
    c.run(again);
    c.note(layer_law::threads, c.difference(one, again));
    c.run(again);
    c.note(layer_law::threads, c.difference(one, again));
    for (const int count : c.options.threads) {
        typename Case::template Made<float> split(c, count);
        c.run(split);
        const std::string found = c.difference(one, split);
        c.report.note(layer_law::threads, found.empty(), {c.here, found, " on 1 and ", count, " threads"});
    }
}

/// Computes each sample beside other samples and alone, and compares the results: laws `samples` and `batch`.
template <class Case>
void samples(Case& c) {
    typename Case::template Made<float> all(c);
    LoneLayer<typename Case::layer_type, typename Case::backend_type, float> one(c.shape, 1, c.at.steps);
    c.run(all);
    one.values = all.values;
    one.statistics = all.statistics;
    one.training = c.at.training;
    one.choose_for(c.at.batch);
    for (std::size_t b = 0; b < c.at.batch; ++b) {
        // The other samples get other numbers, this one keeps its numbers.
        typename Case::template Made<float> other(c);
        fill_layer(other, c.options.seed.value + 7777, c.options.input_scale, c.options.whole_numbers);
        other.values = all.values;
        other.statistics = all.statistics;
        const auto give = [&](AlignedBuffer<float>& to, AlignedBuffer<float>& alone,
                              const AlignedBuffer<float>& from, const Shape* shape) {
            const std::size_t steps = shape != nullptr && shape->per_token ? c.at.steps : 1;
            const std::size_t row = from.size() / c.at.batch / steps;
            for (std::size_t t = 0; t < steps; ++t) {
                const std::size_t at = (t * c.at.batch + b) * row;
                std::copy_n(from.data() + at, row, to.data() + at);
                std::copy_n(from.data() + at, row, alone.data() + t * row);
            }
        };
        give(other.input, one.input, all.input, &c.shape);
        give(other.output_gradient, one.output_gradient, all.output_gradient, &c.facts.output);
        give(other.carried, one.carried, all.carried, nullptr);
        c.run(other);
        c.run(one);
        const auto same = [&](std::string_view name, const AlignedBuffer<float>& of,
                              const AlignedBuffer<float>& beside, const AlignedBuffer<float>& alone,
                              const Shape* shape) {
            const std::vector<float> wanted = c.of_sample(of, shape, b), got = c.of_sample(beside, shape, b);
            float largest = 0;
            for (const float x : wanted) largest = std::max(largest, std::abs(x));
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                c.report.note(layer_law::samples, same_bits(wanted[i], got[i]),
                              {c.here, name, "[", i, "] of sample ", b, " is ", wanted[i], ", or ", got[i],
                               " if other samples change"});
                const float x = alone.data()[i];
                const bool is_close =
                    c.options.bitwise ? same_bits(wanted[i], x) : std::abs(wanted[i] - x) <= 1e-4F * largest;
                c.report.note(layer_law::batch, is_close,
                              {c.here, name, "[", i, "] of sample ", b, " is ", wanted[i], ", alone ", x});
            }
        };
        same("output", all.output, other.output, one.output, &c.facts.output);
        same("carried_on", all.carried_on, other.carried_on, one.carried_on, nullptr);
        if (c.at.training && !c.facts.needs_to_be_first)
            same("input_gradient", all.input_gradient, other.input_gradient, one.input_gradient, &c.shape);
    }
}

/// Compares the gradients of the input and of each parameter with differences.
template <class Case>
void gradients(Case& c) {
    if (c.options.derivatives == 0) return;
    // The normalization of two numbers over the batch gives -1 and 1 for any input, so the derivatives are 0.
    if (c.facts.normalizes_over_batch && c.rows() < 3) return;
    const GradientReport found = gradient_check<typename Case::layer_type, typename Case::backend_type>(
        c.shape, {.batch = c.at.batch,
                  .time_steps = c.at.steps,
                  .seed = c.options.seed,
                  .step = c.options.step,
                  .relative = c.options.relative,
                  .of_largest = c.options.of_largest,
                  .input_scale = c.options.input_scale,
                  .kinks = c.options.kinks,
                  .kink_margin = c.options.kink_margin,
                  .most = c.options.derivatives});
    c.report.note(layer_law::gradients, found.passed,
                  {c.here, found.where, " has the derivative ", found.analytic, " by backward, ",
                   found.numeric, " by differences of forward"});
}

/// Compares forward in training and in prediction, for layers in which they must give the same.
template <class Case>
void prediction(Case& c) {
    typename Case::template Made<float> learning(c), predicting(c);
    learning.forward();
    predicting.training = false;
    predicting.forward();
    c.at.training = false;
    const std::string found = c.difference(learning, predicting);
    c.at.training = true;
    c.report.note(layer_law::prediction, found.empty(), {c.here, found, " (in training and in prediction)"});
}

/// Compares the magnitudes that the layer reports with those of its results; the guard uses them to detect
/// diverging features. The magnitude of an output that is not finite must not be finite.
template <class Case>
void magnitudes(Case& c) {
    if (c.facts.parameters.size == 0) return;  // without parameters, no magnitudes are computed
    typename Case::template Made<double> layer(c);
    c.run(layer);
    const auto same = [&](std::string_view name, const auto& array, const auto& reported) {
        const std::size_t columns = reported.size();
        std::vector<double> largest(columns);
        for (std::size_t i = 0; i < array.size(); ++i)
            largest[i % columns] = std::max(largest[i % columns], std::abs(array.data()[i]));
        for (std::size_t column = 0; column < columns; ++column)
            c.report.note(layer_law::magnitudes, same_bits(largest[column], reported.data()[column]),
                          {c.here, "the largest ", name, " of column ", column, " is ", largest[column],
                           ", the layer reports ", reported.data()[column]});
    };
    same("output", layer.output, layer.output_magnitude);
    for (std::size_t p = 0; p < layer.values.size(); ++p)
        same(c.facts.parameters[p].name, layer.gradients[p], layer.magnitudes[p]);
    if (c.facts.needs_to_be_first) return;
    layer.input.data()[layer.input.size() - 1] = std::numeric_limits<double>::quiet_NaN();
    layer.forward();
    const std::size_t features = layer.output_magnitude.size();
    for (std::size_t i = 0; i < layer.output.size(); ++i)
        c.report.note(
            layer_law::magnitudes,
            is_finite(layer.output.data()[i]) || !is_finite(layer.output_magnitude.data()[i % features]),
            {c.here, "output[", i, "] is ", layer.output.data()[i], ", the layer reports ",
             layer.output_magnitude.data()[i % features], " as the largest"});
}

}  // namespace alrao::check::layer
