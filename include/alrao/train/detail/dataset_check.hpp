#pragma once

#include <alrao/model/predict_arrays.hpp>
#include <alrao/shape/shape.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/task.hpp>

#include <cstddef>

namespace alrao {

namespace detail {

[[noreturn, gnu::cold]] inline void refuse_number(const char* caller, const char* what, std::size_t place,
                                                  std::size_t sample, double value) {
    fail({"alrao: ", caller, ": ", what, " ", place, " of sample ", sample, " is ", value,
          ", which is not finite"});
}

[[gnu::cold]] inline void require_samples(std::size_t count, const Extents& sample, const Shape& shape,
                                          const char* caller) {
    if (count == 0) fail({"alrao: ", caller, ": there are no samples"});
    const bool flat = sample.rank == 1 || shape.rank() == 1;
    if (sample.size() != shape.size() || (!flat && !same_extents(sample, shape.extents)))
        fail({"alrao: ", caller, ": a sample has extents ", extents_text(sample),
              ", the network's Input takes ", extents_text(shape.extents), " (channels last)"});
}

template <class T>
[[gnu::cold]] void require_labels(const Dataset<T>& data, std::size_t classes, const char* caller) {
    if (!data.has_labels())
        fail({"alrao: ", caller,
              ": the network ends in a classifier, which learns from labels; the data have "
              "targets (labels are std::int32_t)"});
    if (data.has_weights() && data.class_weights().size() != classes)
        fail({"alrao: ", caller, ": there are ", data.class_weights().size(), " class weights for ", classes,
              " classes"});
    bool counts = !data.has_weights();
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (data.label(i) < 0 || static_cast<std::size_t>(data.label(i)) >= classes)
            fail({"alrao: ", caller, ": the label of sample ", i, " is ", data.label(i), "; a head with ",
                  classes, " classes takes labels 0 to ", classes - 1});
        counts = counts || data.class_weights()[static_cast<std::size_t>(data.label(i))] > 0;
    }
    // with_class_weights has checked the whole data set; in a part of it, all samples may have weight 0.
    if (!counts) fail({"alrao: ", caller, ": all samples have class weight 0: there is no loss"});
}

template <class T>
[[gnu::cold]] void require_targets(const Dataset<T>& data, std::size_t outputs, const char* caller) {
    if (!data.has_targets())
        fail({"alrao: ", caller,
              ": the network ends in a regressor, which learns from targets; the data have "
              "labels"});
    if (data.has_selected() && data.outputs() != 1)
        fail({"alrao: ", caller, ": a sample that selects an output must have one target, got ",
              data.outputs()});
    if (!data.has_selected() && data.outputs() != outputs)
        fail({"alrao: ", caller, ": a sample has ", data.outputs(), " targets, the head ", outputs,
              " outputs"});
    for (std::size_t i = 0; i < data.size(); ++i) {
        for (std::size_t j = 0; j < data.outputs(); ++j)
            if (!is_finite(data.targets(i)[j]))
                refuse_number(caller, "target", j, i, static_cast<double>(data.targets(i)[j]));
        if (data.has_selected() &&
            (data.selected(i) < 0 || static_cast<std::size_t>(data.selected(i)) >= outputs))
            fail({"alrao: ", caller, ": sample ", i, " selects output ", data.selected(i), " of ", outputs});
    }
}

}  // namespace detail

/// The largest magnitude of the inputs. `caller`: name of the function that the user called, for the message.
/// @throws ArgumentError if one is not finite
template <class T>
double largest_input(const Dataset<T>& data, const char* caller) {
    T largest = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const T* x = data.inputs(i);
        for (std::size_t k = 0; k < data.sample_size(); ++k) {
            if (!is_finite(x[k])) detail::refuse_number(caller, "input", k, i, static_cast<double>(x[k]));
            largest = x[k] > largest ? x[k] : -x[k] > largest ? -x[k] : largest;
        }
    }
    return static_cast<double>(largest);
}

namespace detail {

/// Checks that a network with this input, number of outputs and task can be trained on a data set.
/// @param caller name of the function that the user called, for the message of an error
/// @throws ArgumentError on an empty data set, samples of other extents, or labels or targets that do not fit
template <class T>
[[gnu::cold]] void require_fitting_data(const Dataset<T>& data, const Shape& input, std::size_t outputs,
                                        Task task, const char* caller) {
    require_samples(data.size(), data.sample(), input, caller);
    if (task == Task::classification) require_labels(data, outputs, caller);
    else require_targets(data, outputs, caller);
}

}  // namespace detail

/// As above, for the network of type Net.
template <class Net, class T>
[[gnu::cold]] void require_fitting_data(const Dataset<T>& data, const char* caller) {
    constexpr Shape shape = Net::network::input_shape;
    static_assert(!shape.per_token, "alrao: a Dataset holds samples, not sequences of steps");
    detail::require_fitting_data(data, shape, Net::network::output_shape.size(), task_of<Net>, caller);
}

}  // namespace alrao
