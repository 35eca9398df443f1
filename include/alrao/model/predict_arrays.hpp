#pragma once

#include <alrao/model/arrays.hpp>
#include <alrao/model/predict_samples.hpp>
#include <alrao/shape/extents.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace alrao {

namespace detail {

/// Whether extents are equal, ignoring extents of 1: an image with one channel may omit that axis.
constexpr bool same_extents(const Extents& a, const Extents& b) {
    std::size_t i = 0, j = 0;
    while (true) {
        while (i < a.rank && a[i] == 1) ++i;
        while (j < b.rank && b[j] == 1) ++j;
        if (i == a.rank || j == b.rank) return i == a.rank && j == b.rank;
        if (a[i++] != b[j++]) return false;
    }
}

/// Allocates an array for the outputs of `count` samples: [count, ...].
template <class Net>
auto predictions(std::size_t count) {
    constexpr Shape out = Net::network::output_shape;
    std::array<std::size_t, 1 + out.rank()> extents{count};
    for (std::size_t axis = 0; axis < out.rank(); ++axis) extents[axis + 1] = out[axis];
    return xt::xtensor<typename Net::scalar, 1 + out.rank(), xt::layout_type::row_major>(extents);
}

/// Checks the extents of a sample. An image may also be given as a flat row of its numbers.
/// @throws ArgumentError if the extents differ from those of the network's input
template <class Net>
[[gnu::cold]] void require_sample(const Extents& sample) {
    constexpr Shape in = Net::network::input_shape;
    if (sample.size() != in.size() || (sample.rank > 1 && in.rank() > 1 && !same_extents(sample, in.extents)))
        fail({"alrao: predict: a sample has extents ", extents_text(sample), ", the network's Input takes ",
              extents_text(in.extents), " (channels last)"});
}

}  // namespace detail

/// Predicts the samples of an xtensor [count, ...], or of a std::vector or std::span that contains them one after
/// the other. Returns an xtensor: the probabilities [count, classes] of a classifier, the means [count, outputs] of
/// a regressor, or the outputs [count, ...] of the last layer. `PredictOptions::averaged` determines how the
/// predictions of the copies of an AveragedHead are combined; by default, the mixture of their probabilities, or
/// the means of the best copy.
/// @throws ArgumentError if the extents of a sample differ from those of the network's Input, or the numbers are
/// not a whole number of samples
template <class Backend = void, TrainableModel Net, ArrayOf<typename Net::scalar> Inputs>
    requires(!detail::refused_itself<Net>)
[[nodiscard]] auto predict(const Net& net, const Inputs& inputs, const PredictOptions& options = {}) {
    static_assert(sizeof(detail::NetworkWorks<Net, false>) > 0);
    using T = typename Net::scalar;
    std::size_t count = 0;
    if constexpr (ShapedArray<Inputs>) {
        detail::require_sample<Net>(detail::sample_extents(inputs, "inputs"));
        count = static_cast<std::size_t>(inputs.shape()[0]);
    } else {
        count = detail::sample_count<Net>(inputs.size());
    }
    auto outputs = detail::predictions<Net>(count);
    predict<Backend>(net, std::span<const T>(detail::first_of<T>(inputs), inputs.size()),
                     std::span<T>(outputs.data(), outputs.size()), options);
    return outputs;
}

}  // namespace alrao
