#pragma once

#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/finite.hpp>
#include <alrao/tensor/number_text.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/task.hpp>

#include <cmath>
#include <cstddef>
#include <string>

namespace alrao {

namespace detail {

/// Equal, up to extents of 1: an image of one channel may come without it.
constexpr bool same_extents(const Extents& a, const Extents& b) {
    std::size_t i = 0, j = 0;
    while (true) {
        while (i < a.rank && a[i] == 1) ++i;
        while (j < b.rank && b[j] == 1) ++j;
        if (i == a.rank || j == b.rank) return i == a.rank && j == b.rank;
        if (a[i++] != b[j++]) return false;
    }
}

template <class T>
[[gnu::cold]] void require_labels(const Dataset<T>& data, std::size_t classes,
                                  const std::string& where) {
    if (!data.has_labels())
        fail(where + "the network ends in a classifier, which learns from labels; the data have "
                     "targets (labels are std::int32_t)");
    if (data.has_weights() && data.class_weights().size() != classes)
        fail(where + "there are " + std::to_string(data.class_weights().size()) +
             " class weights for " + std::to_string(classes) + " classes");
    for (std::size_t i = 0; i < data.size(); ++i)
        if (data.label(i) < 0 || static_cast<std::size_t>(data.label(i)) >= classes)
            fail(where + "the label of sample " + std::to_string(i) + " is " +
                 std::to_string(data.label(i)) + "; a head of " + std::to_string(classes) +
                 " classes takes 0 to " + std::to_string(classes - 1));
}

template <class T>
[[gnu::cold]] void require_targets(const Dataset<T>& data, std::size_t outputs,
                                   const std::string& where) {
    if (!data.has_targets())
        fail(where + "the network ends in a regressor, which learns from targets; the data have "
                     "labels");
    if (data.has_selected() && data.outputs() != 1)
        fail(where + "a sample that selects an output has one target, for that one; got " +
             std::to_string(data.outputs()));
    if (!data.has_selected() && data.outputs() != outputs)
        fail(where + "a sample has " + std::to_string(data.outputs()) + " targets, the head " +
             std::to_string(outputs) + " outputs");
    for (std::size_t i = 0; i < data.size(); ++i) {
        for (std::size_t j = 0; j < data.outputs(); ++j)
            if (!is_finite(data.targets(i)[j]))
                fail(where + "target " + std::to_string(j) + " of sample " + std::to_string(i) +
                     " is " + number_text(data.targets(i)[j]) + ", which is no finite number");
        if (data.has_selected() &&
            (data.selected(i) < 0 || static_cast<std::size_t>(data.selected(i)) >= outputs))
            fail(where + "sample " + std::to_string(i) + " selects output " +
                 std::to_string(data.selected(i)) + " of " + std::to_string(outputs));
    }
}

}  // namespace detail

/// The largest |input|.
/// @throws ArgumentError if one is not finite
template <class T>
double largest_input(const Dataset<T>& data, const char* caller) {
    T largest = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const T* x = data.inputs(i);
        for (std::size_t k = 0; k < data.sample_size(); ++k) {
            if (!is_finite(x[k]))
                fail(std::string("alrao: ") + caller + ": input " + std::to_string(k) +
                     " of sample " + std::to_string(i) + " is " + number_text(x[k]) +
                     ", which is no finite number");
            largest = x[k] > largest ? x[k] : -x[k] > largest ? -x[k] : largest;
        }
    }
    return largest;
}

/// Refuses data that the network cannot be given: none, samples of other extents, labels or targets
/// that its head does not take. `caller` begins the message.
template <class Net, class T>
[[gnu::cold]] void require_fitting_data(const Dataset<T>& data, const char* caller) {
    const std::string where = std::string("alrao: ") + caller + ": ";
    constexpr Shape shape = Net::network::input_shape;
    static_assert(!shape.per_token, "alrao: a Dataset holds samples, not sequences of steps");
    if (data.size() == 0) fail(where + "there are no samples");
    const bool flat = data.sample().rank == 1 || shape.rank() == 1;
    if (data.sample_size() != shape.size() ||
        (!flat && !detail::same_extents(data.sample(), shape.extents)))
        fail(where + "a sample has extents " + detail::extents_text(data.sample()) +
             ", the network's Input takes " + detail::extents_text(shape.extents) +
             " (channels last)");
    constexpr std::size_t outputs = Net::network::output_shape.size();
    if constexpr (task_of<Net> == Task::classification)
        detail::require_labels(data, outputs, where);
    else
        detail::require_targets(data, outputs, where);
}

}  // namespace alrao
