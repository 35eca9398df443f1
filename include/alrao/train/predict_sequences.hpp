#pragma once

#include <alrao/model/predict.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/tensor/xtensor.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/detail/run_call.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace alrao {

/// Options of predict_sequences.
struct SequenceOptions {
    std::size_t chunk = 64;  ///< time steps computed at a time; affects memory, not the result
    int threads = 1;         ///< number of threads, including the calling one
    Averaged averaged = Averaged::standard;  ///< how the predictions of copies of a head are combined
};

namespace detail {

struct SequenceExtents {
    std::size_t steps, streams;
};

/// The numbers of time steps and streams of an array [time steps, streams, ...], row-major without gaps.
/// @throws ArgumentError if the network does not take time steps of these extents
template <class Array>
[[gnu::cold]] SequenceExtents sequence_extents(const Array& array, const Shape& input) {
    const Extents behind = sample_extents(array, "sequences");
    const bool tokens = array.shape().size() == 2 && input.size() == 1;
    const std::size_t steps = static_cast<std::size_t>(array.shape()[0]);
    const std::size_t streams = array.shape().size() < 2 ? 0 : behind[0];
    std::size_t of_step = tokens || behind.rank > 1 ? 1 : 0;
    for (std::size_t axis = 1; axis < behind.rank; ++axis) of_step *= behind[axis];
    if (steps == 0 || streams == 0 || of_step != input.size())
        fail({"alrao: predict_sequences: got ", steps, " time steps of extents ", extents_text(behind),
              ", needed [steps, streams", tokens ? "]" : ", ...]",
              ", each at least 1; a time step of this network has extents ", extents_text(input.extents)});
    return {steps, streams};
}

/// The fault of the arguments after the sequences, which are a carried state, then options.
template <class Net, class Third, class Fourth = void>
constexpr RunFault fault_of_sequence_third() {
    using State = CarriedState<Net>;
    if constexpr (std::is_convertible_v<Third, SequenceOptions>) return RunFault::none;
    else if constexpr (!std::is_same_v<std::remove_cvref_t<Third>, State>) return RunFault::sequence_options;
    else if constexpr (!std::is_same_v<Third, State&>) return RunFault::state;
    else if constexpr (std::is_void_v<Fourth> || std::is_convertible_v<Fourth, SequenceOptions>)
        return RunFault::none;
    else return RunFault::sequence_options;
}

}  // namespace detail

/// Predicts sequences [time steps, streams, ...] of the network's scalar type; tokens may be std::int32_t. Returns
/// the output of the last layer for each time step, [time steps, streams, ...]; for a network with a LastStep, one
/// output for each stream, [streams, ...]. Begins with `state`, which has the same number of streams, and replaces
/// it with the state after the last time step.
/// @throws ArgumentError if the extents do not fit the network and the state, or on a chunk of 0
/// @throws ArgumentError if the Embedding has no row for a token; `state` is then the state before the chunk
/// that contains this token
template <class Backend = DefaultBackend, TrainableModel Net, ShapedArray Inputs>
[[nodiscard]] auto predict_sequences(const Net& net, const Inputs& inputs, CarriedState<Net>& state,
                                     const SequenceOptions& options = {}) {
    using T = typename Net::scalar;
    using Number = std::remove_cvref_t<decltype(*inputs.data())>;
    constexpr Shape in = Net::network::input_shape, out = Net::network::output_shape;
    static_assert(in.per_token,
                  "alrao: predict_sequences takes sequences: begin the network with Tokens or Sequence; "
                  "use predict for single samples");
    static_assert(std::is_same_v<Number, T> || (in.size() == 1 && std::is_same_v<Number, std::int32_t>),
                  "alrao: predict_sequences takes numbers of the network's scalar type, or tokens as "
                  "std::int32_t");
    if (options.chunk == 0) fail("alrao: predict_sequences: a chunk needs at least one step, got 0");
    const auto [steps, streams] = detail::sequence_extents(inputs, in);
    if (state.batch() != streams)
        fail({"alrao: predict_sequences: got ", streams, " streams, the state has ", state.batch()});
    const std::size_t chunk = std::min(options.chunk, steps);
    Threads threads(options.threads);
    Workspace<Net, Backend> workspace(streams, threads, chunk);
    workspace.state() = state;

    constexpr std::size_t of_steps = out.per_token ? 1 : 0;
    std::array<std::size_t, of_steps + 1 + out.rank()> extents;
    if constexpr (out.per_token) extents[0] = steps;
    extents[of_steps] = streams;
    for (std::size_t axis = 0; axis < out.rank(); ++axis) extents[of_steps + 1 + axis] = out[axis];
    xt::xtensor<T, of_steps + 1 + out.rank(), xt::layout_type::row_major> outputs(extents);

    const Number* from = detail::first_of<Number>(inputs);
    T* to = outputs.data();
    std::vector<T> converted(std::is_same_v<Number, T> ? 0 : chunk * streams);
    for (std::size_t step = 0; step < steps; step += chunk) {
        const std::size_t now = std::min(chunk, steps - step), count = now * streams * in.size();
        const T* numbers = nullptr;
        if constexpr (std::is_same_v<Number, T>) {
            numbers = from;
        } else {
            std::transform(from, from + count, converted.begin(),
                           [](Number token) { return static_cast<T>(token); });
            numbers = converted.data();
        }
        const Block<const T> block = workspace.run(net, numbers, streams, now, options.averaged);
        if constexpr (!out.per_token) to = outputs.data();
        for (std::size_t row = 0; row < block.rows; ++row, to += block.channels)
            std::copy_n(block.row(row), block.channels, to);
        state.take(workspace.state(), streams);
        from += count;
    }
    return outputs;
}

/// As above, beginning with a state of zero.
template <class Backend = DefaultBackend, TrainableModel Net, ShapedArray Inputs>
[[nodiscard]] auto predict_sequences(const Net& net, const Inputs& inputs,
                                     const SequenceOptions& options = {}) {
    CarriedState<Net> state(inputs.shape().size() < 2 ? 0 : static_cast<std::size_t>(inputs.shape()[1]));
    return predict_sequences<Backend>(net, inputs, state, options);
}

// Overloads for wrong calls: a compile-time error with the reason.
template <class Backend = DefaultBackend, TrainableModel Net, class Inputs, class... More>
    requires(!ShapedArray<Inputs>)
xt::xtensor<typename Net::scalar, 3> predict_sequences(const Net&, const Inputs&, More&&...) {
    static_assert(sizeof(Inputs*) == 0,
                  "alrao: predict_sequences takes an array with extents, an xtensor [steps, streams, "
                  "...]: xt::adapt(numbers, {steps, streams})");
    return {};
}
template <class Backend = DefaultBackend, TrainableModel Net, ShapedArray Inputs, class Third, class... Rest>
    requires(detail::fault_of_sequence_third<Net, Third, Rest...>() != detail::RunFault::none)
auto predict_sequences(const Net&, const Inputs&, Third&&, const Rest&...) {
    static_assert(sizeof(detail::RefusedRun<detail::fault_of_sequence_third<Net, Third, Rest...>()>) > 0);
    return detail::no_predictions<Net>();
}
template <class Backend = DefaultBackend, class First, class... Rest>
    requires(detail::fault_of_model_place<First, Rest...>() != detail::RunFault::none)
auto predict_sequences(const First&, const Rest&...) {
    static_assert(sizeof(detail::RefusedRun<detail::fault_of_model_place<First, Rest...>()>) > 0);
    return detail::no_predictions<First>();
}

}  // namespace alrao
