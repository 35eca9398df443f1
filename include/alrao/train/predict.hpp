#pragma once

#include <alrao/model/predict.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/tensor/xtensor.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/detail/dataset_check.hpp>
#include <alrao/train/detail/run_call.hpp>
#include <alrao/train/task.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

namespace alrao {

/// How to predict many samples.
struct PredictOptions {
    std::size_t batch_size = 64;  ///< samples at a time: speed and memory; results differ by rounding at most
    int threads = 1;              ///< that compute, the calling one included
    Averaged averaged = Averaged::standard;  ///< of a head with copies
};

namespace detail {

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

namespace detail {

/// Room for what a network gives for so many samples: [count, ...].
template <class Net>
auto predictions(std::size_t count) {
    constexpr Shape out = Net::network::output_shape;
    std::array<std::size_t, 1 + out.rank()> extents{count};
    for (std::size_t axis = 0; axis < out.rank(); ++axis) extents[axis + 1] = out[axis];
    return xt::xtensor<typename Net::scalar, 1 + out.rank(), xt::layout_type::row_major>(extents);
}

/// Refuses samples of other extents than the network's; flat ones are taken for images.
template <class Net>
[[gnu::cold]] void require_sample(const Extents& sample) {
    constexpr Shape in = Net::network::input_shape;
    if (sample.size() != in.size() || (sample.rank > 1 && in.rank() > 1 && !same_extents(sample, in.extents)))
        fail({"alrao: predict: a sample has extents ", extents_text(sample), ", the network's Input takes ",
              extents_text(in.extents), " (channels last)"});
}

/// Why something cannot be predicted.
template <class Inputs, class T>
struct RefusedInputs {
    static constexpr bool of_type = is_dataset<Inputs> ? false : HoldsOneOf<Inputs, T>;
    static constexpr bool arrays = is_dataset<Inputs> || !HoldsOneOf<Inputs, void>;

    static_assert(of_type || !arrays,
                  "alrao: predict takes numbers of the network's own type: float for a network of float: "
                  "std::vector<float> inputs(x.begin(), x.end());");
    static_assert(!of_type,
                  "alrao: predict reads numbers that lie in one piece, sample after sample: a std::vector, a "
                  "std::span, an xtensor, a matrix of Eigen that is RowMajor; of a C array "
                  "std::span(array), of a pointer std::span(pointer, count)");
    static_assert(arrays,
                  "alrao: predict takes inputs: an xtensor [count, ...], a std::vector or std::span of "
                  "the samples' numbers, or a Dataset");
};

}  // namespace detail

/// Predicts the samples of an xtensor [count, ...]: probabilities [count, classes], or means
/// [count, outputs] of a regression, or whatever the last layer gives. Of a head with copies it is
/// what `.averaged` says: by default the mixture of probabilities, and the best copy's means.
/// Of a std::vector or a std::span, which has no extents: as many samples as its numbers are.
/// @throws ArgumentError if the extents of a sample are not those of the network's Input, or the
/// numbers are no whole number of samples
template <class Backend = DefaultBackend, TrainableModel Net, ArrayOf<typename Net::scalar> Inputs>
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

/// Predicts the samples of a data set, in its order; labels and targets are not looked at.
/// @throws ArgumentError on an empty data set, or samples of other extents than the network's Input
template <class Backend = DefaultBackend, TrainableModel Net>
    requires(!detail::refused_itself<Net>)
[[nodiscard]] auto predict(const Net& net, const Dataset<typename Net::scalar>& data,
                           const PredictOptions& options = {}) {
    static_assert(sizeof(detail::NetworkWorks<Net, false>) > 0);
    using T = typename Net::scalar;
    if (data.size() == 0) fail("alrao: predict: the data set is empty");
    detail::require_sample<Net>(data.sample());
    auto outputs = detail::predictions<Net>(data.size());
    const std::span<T> to(outputs.data(), outputs.size());
    if (data.in_memory_order()) {
        predict<Backend>(net, std::span<const T>(data.inputs(0), data.size() * data.sample_size()), to,
                         options);
        return outputs;
    }
    if (options.batch_size == 0) fail("alrao: predict: a batch needs at least one sample, got 0");
    constexpr std::size_t in = Net::network::input_shape.size();
    constexpr std::size_t out = Net::network::output_shape.size();
    const std::size_t batch = std::min(options.batch_size, data.size());
    Threads threads(options.threads);
    Workspace<Net, Backend> workspace(batch, threads);
    AlignedBuffer<T> rows(batch * in);
    for (std::size_t first = 0; first < data.size(); first += batch) {
        const std::size_t count = std::min(batch, data.size() - first);
        for (std::size_t i = 0; i < count; ++i) std::copy_n(data.inputs(first + i), in, rows.data() + i * in);
        detail::predict_all(net, workspace, rows.data(), count, to.data() + first * out, options.averaged);
    }
    return outputs;
}

// Calls that do not fit, refused in words.
namespace detail {
template <class Net, class Inputs = void, class... Behind>
constexpr RunFault fault_behind_inputs() {
    using T = typename Net::scalar;
    if constexpr (ArrayOf<Inputs, T> || DataOf<const Inputs&, T>)
        return fault_of_third<PredictOptions, Behind...>();
    else return RunFault::none;
}
template <class First, class... Rest>
constexpr RunFault predict_fault() {
    constexpr RunFault place = fault_of_model_place<First, Rest...>();
    if constexpr (place != RunFault::none || !TrainableModel<First>) return place;
    else return fault_behind_inputs<First, Rest...>();
}
}  // namespace detail

template <class Backend = DefaultBackend, TrainableModel Net, class Inputs>
    requires(detail::refused_itself<Net> ||
             (!ArrayOf<Inputs, typename Net::scalar> && !detail::DataOf<const Inputs&, typename Net::scalar>))
auto predict(const Net&, const Inputs&, const PredictOptions& = {}) {
    using Refused = detail::RefusedInputs<Inputs, typename Net::scalar>;
    static_assert(sizeof(std::conditional_t<detail::refused_itself<Net>, int, Refused>) > 0);
    return detail::predictions<Net>(0);
}
template <class Backend = DefaultBackend, TrainableModel Net, class Inputs, class Outputs>
    requires(!detail::HoldsOneOf<Inputs, void> && !detail::HoldsOneOf<Outputs, void> &&
             !(std::is_convertible_v<const Inputs&, std::span<const typename Net::scalar>> &&
               std::is_convertible_v<Outputs, std::span<typename Net::scalar>>))
void predict(const Net&, const Inputs&, Outputs&&, const PredictOptions& = {}) {
    using T = typename Net::scalar;
    if constexpr (!std::is_convertible_v<const Inputs&, std::span<const T>>)
        static_assert(sizeof(detail::RefusedInputs<Inputs, T>) > 0);
    else static_assert(sizeof(detail::RefusedRun<detail::fault_of_outputs<Outputs, T>()>) > 0);
}
template <class Backend = DefaultBackend, class First, class... Rest>
    requires(detail::predict_fault<First, Rest...>() != detail::RunFault::none)
auto predict(const First&, const Rest&...) {
    static_assert(sizeof(detail::RefusedRun<detail::predict_fault<First, Rest...>()>) > 0);
    return detail::no_predictions<First>();
}
template <class Backend = DefaultBackend, class First, class Second>
    requires(detail::predict_fault<First, Second>() != detail::RunFault::none)
auto predict(const First&, const Second&, const PredictOptions&) {
    static_assert(sizeof(detail::RefusedRun<detail::predict_fault<First, Second>()>) > 0);
    return detail::no_predictions<First>();
}

}  // namespace alrao
