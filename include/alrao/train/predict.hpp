#pragma once

#include <alrao/model/predict.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/tensor/xtensor.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/dataset_check.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace alrao {

/// How to predict many samples.
struct PredictOptions {
    std::size_t batch_size = 64;             ///< speed and memory; results differ by rounding at most
    int threads = 1;
    Averaged averaged = Averaged::standard;  ///< of a head with copies
};

namespace detail {

/// Runs all samples, batch by batch, and copies what comes out into contiguous memory.
template <class Net, class Backend, class T>
void predict_all(const Net& net, Workspace<Net, Backend>& workspace, const T* inputs,
                 std::size_t count, T* outputs, Averaged averaged) {
    constexpr std::size_t in = Net::network::input_shape.size();
    constexpr std::size_t out = Net::network::output_shape.size();
    const std::size_t batch = workspace.max_batch();
    for (std::size_t first = 0; first < count; first += batch) {
        const Block<const T> block = workspace.run(
            net, inputs + first * in, std::min(batch, count - first), 1, averaged);
        T* to = outputs + first * out;
        for (std::size_t row = 0; row < block.rows; ++row, to += block.channels)
            std::copy_n(block.row(row), block.channels, to);
    }
}

/// How many samples of the network's input so many numbers are.
template <class Net>
std::size_t sample_count(std::size_t numbers) {
    constexpr Shape shape = Net::network::input_shape;
    if (numbers == 0 || numbers % shape.size() != 0)
        fail({"alrao: predict: ", numbers, " numbers are no whole number of samples ",
              extents_text(shape.extents)});
    return numbers / shape.size();
}

}  // namespace detail

/// Predicts samples that lie one after the other, in a workspace of the caller's, into the caller's
/// memory. Reads the model only: with a workspace each, any number of threads can predict at once.
/// Allocates nothing.
/// @throws ArgumentError if the sizes are not those of the same number of samples
template <TrainableModel Net, class Backend>
void predict(const Net& net, Workspace<Net, Backend>& workspace,
             std::span<const typename Net::scalar> inputs, std::span<typename Net::scalar> outputs,
             Averaged averaged = Averaged::standard) {
    static_assert(!Net::network::input_shape.per_token, "alrao: predict takes samples, not steps");
    constexpr std::size_t out = Net::network::output_shape.size();
    const std::size_t count = detail::sample_count<Net>(inputs.size());
    if (outputs.size() != count * out)
        fail({"alrao: predict: ", count, " samples of ", out, " outputs need room for ",
              count * out, " numbers, got ", outputs.size()});
    detail::predict_all(net, workspace, inputs.data(), count, outputs.data(), averaged);
}

/// The same, in a workspace made for this call.
template <class Backend = DefaultBackend, TrainableModel Net>
void predict(const Net& net, std::span<const typename Net::scalar> inputs,
             std::span<typename Net::scalar> outputs, const PredictOptions& options = {}) {
    if (options.batch_size == 0) fail("alrao: predict: a batch needs at least one sample, got 0");
    const std::size_t count = detail::sample_count<Net>(inputs.size());
    Threads threads(options.threads);
    Workspace<Net, Backend> workspace(std::min(options.batch_size, count), threads);
    predict(net, workspace, inputs, outputs, options.averaged);
}

/// Predicts the samples of an xtensor [count, ...]: probabilities [count, classes], or means
/// [count, outputs] of a regression, or whatever the last layer gives. Of a head with copies it is
/// what `.averaged` says: by default the mixture of probabilities, and the best copy's means.
/// @throws ArgumentError if the extents of a sample are not those of the network's Input
template <class Backend = DefaultBackend, TrainableModel Net, ShapedArray Inputs>
[[nodiscard]] auto predict(const Net& net, const Inputs& inputs,
                           const PredictOptions& options = {}) {
    using T = typename Net::scalar;
    static_assert(ArrayOf<Inputs, T>, "alrao: predict takes numbers of the network's own type");
    constexpr Shape in = Net::network::input_shape, out = Net::network::output_shape;
    const Extents sample = detail::sample_extents(inputs, "inputs");
    if (sample.size() != in.size() ||
        (sample.rank > 1 && in.rank() > 1 && !detail::same_extents(sample, in.extents)))
        fail({"alrao: predict: a sample has extents ", detail::extents_text(sample),
              ", the network's Input takes ", detail::extents_text(in.extents),
              " (channels last)"});
    std::array<std::size_t, 1 + out.rank()> extents{static_cast<std::size_t>(inputs.shape()[0])};
    for (std::size_t axis = 0; axis < out.rank(); ++axis) extents[axis + 1] = out[axis];
    xt::xtensor<T, 1 + out.rank(), xt::layout_type::row_major> outputs(extents);
    predict<Backend>(net, std::span<const T>(detail::first_of<T>(inputs), inputs.size()),
                     std::span<T>(outputs.data(), outputs.size()), options);
    return outputs;
}

}  // namespace alrao
