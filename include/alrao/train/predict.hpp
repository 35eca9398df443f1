#pragma once

#include <alrao/model/predict.hpp>
#include <alrao/model/predict_arrays.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/any_source.hpp>
#include <alrao/train/detail/run_call.hpp>
#include <alrao/train/detail/source_call.hpp>
#include <alrao/train/detail/source_check.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

namespace alrao {

/// Predicts the samples of a data source, such as a Dataset, in its order. Returns an xtensor [samples, ...] with
/// the same values as for inputs in an array (see model/predict_arrays.hpp). Labels and targets are not read.
/// @throws ArgumentError on an empty source, samples whose extents differ from the network's input, a source of
/// sequences, or a batch that breaks a law of DataReader
template <class Backend = DefaultBackend, TrainableModel Net>
    requires(!detail::refused_itself<Net>)
[[nodiscard]] auto predict(const Net& net, const AnySource<typename Net::scalar>& data,
                           const PredictOptions& options = {}) {
    static_assert(sizeof(detail::NetworkWorks<Net, false>) > 0);
    using T = typename Net::scalar;
    const DataContents contents = data.contents();
    if (contents.samples == 0) fail("alrao: predict: the data set is empty");
    if (contents.streams > 0) fail("alrao: predict: the source holds sequences: use predict_sequences");
    detail::require_sample<Net>(contents.sample);
    if (options.batch_size == 0) fail("alrao: predict: a batch needs at least one sample, got 0");
    auto outputs = detail::predictions<Net>(contents.samples);
    constexpr std::size_t out = Net::network::output_shape.size();
    Threads threads(options.threads);
    detail::SourceReader<T> reader(data, {.batch_size = options.batch_size}, nullptr);
    Workspace<Net, Backend> workspace(reader.batch_size(), threads);
    reader.begin_epoch(0, 0);
    const std::size_t batches = reader.batches(0);
    for (std::size_t b = 0; b < batches; ++b) {
        const std::size_t first = reader.seen();
        const Batch<T> batch = reader.batch(b);
        detail::predict_all(net, workspace, batch.inputs, batch.samples, outputs.data() + first * out,
                            options.averaged);
    }
    reader.require_whole_epoch();
    return outputs;
}

// Overloads for wrong calls: a compile-time error with the reason.
namespace detail {
/// Reports why inputs of this type cannot be predicted.
template <class Inputs, class T>
struct RefusedInputs {
    static constexpr bool of_type = is_dataset<Inputs> ? false : HoldsOneOf<Inputs, T>;
    static constexpr bool arrays = is_dataset<Inputs> || !HoldsOneOf<Inputs, void>;

    static_assert(of_type || !arrays,
                  "alrao: predict takes numbers of the network's scalar type, for instance float: "
                  "std::vector<float> inputs(x.begin(), x.end());");
    static_assert(!of_type,
                  "alrao: predict reads contiguous numbers, sample after sample: a std::vector, a "
                  "std::span, an xtensor, a RowMajor matrix of Eigen; for a C array pass std::span(array), "
                  "for a pointer std::span(pointer, count)");
    static_assert(arrays,
                  "alrao: predict takes inputs: an xtensor [count, ...], a std::vector or std::span of "
                  "the samples' numbers, or a Dataset");
};

template <class Net, class Inputs = void, class... Behind>
constexpr RunFault fault_behind_inputs() {
    using T = typename Net::scalar;
    if constexpr (ArrayOf<Inputs, T> || SourceOf<const Inputs&, T>)
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
    requires(detail::refused_itself<Net> || (!ArrayOf<Inputs, typename Net::scalar> &&
                                             !detail::SourceOf<const Inputs&, typename Net::scalar>))
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
