#pragma once

#include <alrao/model/arrays.hpp>
#include <alrao/model/workspace.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/tensor/xtensor.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

namespace alrao {

/// Options of `predict`.
struct PredictOptions {
    /// Samples that are computed at a time. It decides speed and memory; results differ by rounding only.
    std::size_t batch_size = 64;
    /// Threads that compute, including the calling one.
    int threads = 1;
    /// How the predictions of the copies of an AveragedHead are combined.
    Averaged averaged = Averaged::standard;
};

namespace detail {

/// `Backend`, or, for void, DefaultBackend, or own tiles where the kernels of DefaultBackend are not
/// included, as in programs that include alrao/inference.hpp alone.
template <class Backend, class Net>
struct PredictionBackend {
    using type = Backend;
};
template <class Net>
struct PredictionBackend<void, Net> {
    template <class Default>
    static auto included() -> std::type_identity<IncludedBackend<Default>>;
    using type =
        typename decltype(included<std::conditional_t<sizeof(Net*) != 0, DefaultBackend, Net>>())::type;
};

/// The extents are equal, but for extents of 1: an image of one channel may come without that axis.
constexpr bool same_extents(const Extents& a, const Extents& b) {
    std::size_t i = 0, j = 0;
    while (true) {
        while (i < a.rank && a[i] == 1) ++i;
        while (j < b.rank && b[j] == 1) ++j;
        if (i == a.rank || j == b.rank) return i == a.rank && j == b.rank;
        if (a[i++] != b[j++]) return false;
    }
}

/// Runs all samples, batch by batch, and copies what comes out into contiguous memory.
template <class Net, class Backend, class T>
void predict_all(const Net& net, Workspace<Net, Backend>& workspace, const T* inputs, std::size_t count,
                 T* outputs, Averaged averaged) {
    constexpr std::size_t in = Net::network::input_shape.size();
    constexpr std::size_t out = Net::network::output_shape.size();
    const std::size_t batch = workspace.max_batch();
    for (std::size_t first = 0; first < count; first += batch) {
        const Block<const T> block =
            workspace.run(net, inputs + first * in, std::min(batch, count - first), 1, averaged);
        T* to = outputs + first * out;
        for (std::size_t row = 0; row < block.rows; ++row, to += block.channels)
            std::copy_n(block.row(row), block.channels, to);
    }
}

/// The number of samples whose inputs are `numbers` numbers.
template <class Net>
std::size_t sample_count(std::size_t numbers) {
    constexpr Shape shape = Net::network::input_shape;
    if (numbers == 0 || numbers % shape.size() != 0)
        fail({"alrao: predict: ", numbers, " numbers are no whole number of samples ",
              extents_text(shape.extents)});
    return numbers / shape.size();
}

}  // namespace detail

/// Predicts contiguous samples [count, ...] into `outputs` [count, ...], in the caller's workspace. The
/// model is only read: threads can predict at the same time if each has a workspace. Allocates nothing.
/// @throws ArgumentError if the sizes are not those of the same number of samples
template <TrainableModel Net, class Backend>
void predict(const Net& net, Workspace<Net, Backend>& workspace, std::span<const typename Net::scalar> inputs,
             std::span<typename Net::scalar> outputs, Averaged averaged = Averaged::standard) {
    static_assert(!Net::network::input_shape.per_token,
                  "alrao: predict takes samples, not steps: see predict_sequences");
    constexpr std::size_t out = Net::network::output_shape.size();
    const std::size_t count = detail::sample_count<Net>(inputs.size());
    if (outputs.size() != count * out)
        fail({"alrao: predict: ", count, " samples of ", out, " outputs need room for ", count * out,
              " numbers, got ", outputs.size()});
    detail::predict_all(net, workspace, inputs.data(), count, outputs.data(), averaged);
}

/// As above, in a workspace that is made for this call.
template <class Backend = void, TrainableModel Net>
void predict(const Net& net, std::span<const typename Net::scalar> inputs,
             std::span<typename Net::scalar> outputs, const PredictOptions& options = {}) {
    if (options.batch_size == 0) fail("alrao: predict: a batch needs at least one sample, got 0");
    const std::size_t count = detail::sample_count<Net>(inputs.size());
    Threads threads(options.threads);
    using Used = typename detail::PredictionBackend<Backend, Net>::type;
    Workspace<Net, Used> workspace(std::min(options.batch_size, count), threads);
    predict(net, workspace, inputs, outputs, options.averaged);
}

namespace detail {

/// An array for the outputs of `count` samples: [count, ...].
template <class Net>
auto predictions(std::size_t count) {
    constexpr Shape out = Net::network::output_shape;
    std::array<std::size_t, 1 + out.rank()> extents{count};
    for (std::size_t axis = 0; axis < out.rank(); ++axis) extents[axis + 1] = out[axis];
    return xt::xtensor<typename Net::scalar, 1 + out.rank(), xt::layout_type::row_major>(extents);
}

/// Refuses samples whose extents are not those of the network's input; flat samples are accepted as images.
template <class Net>
[[gnu::cold]] void require_sample(const Extents& sample) {
    constexpr Shape in = Net::network::input_shape;
    if (sample.size() != in.size() || (sample.rank > 1 && in.rank() > 1 && !same_extents(sample, in.extents)))
        fail({"alrao: predict: a sample has extents ", extents_text(sample), ", the network's Input takes ",
              extents_text(in.extents), " (channels last)"});
}

}  // namespace detail

/// Predicts the samples of an xtensor [count, ...], or of a std::vector or std::span of their numbers.
/// Returns an xtensor: the probabilities [count, classes] of a classifier, the means [count, outputs] of
/// a regressor, or the output of the last layer. `PredictOptions::averaged` says how the copies of an
/// AveragedHead are combined; by default by the mixture of their probabilities, or the best copy's means.
/// @throws ArgumentError if the extents of a sample are not those of the network's Input, or the
/// numbers are no whole number of samples
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
