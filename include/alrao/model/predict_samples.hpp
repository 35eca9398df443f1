#pragma once

#include <alrao/model/arrays.hpp>
#include <alrao/model/workspace.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/threads.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

namespace alrao {

/// Options of `predict`.
struct PredictOptions {
    /// Number of samples that are computed at a time. It affects speed and memory; results differ by rounding only.
    std::size_t batch_size = 64;
    /// Number of threads, including the calling one.
    int threads = 1;
    /// How the predictions of the copies of an AveragedHead are combined.
    Averaged averaged = Averaged::standard;
};

namespace detail {

/// The back end of a prediction: `Backend`; if that is void, DefaultBackend; if the kernels of DefaultBackend are not
/// included, as in programs that include alrao/inference.hpp only, the library's own tiles.
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

/// Computes all samples, batch by batch, and copies the outputs into contiguous memory.
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

/// The number of samples whose inputs consist of `numbers` numbers.
/// @throws ArgumentError if it is not a whole number above 0
template <class Net>
std::size_t sample_count(std::size_t numbers) {
    constexpr Shape shape = Net::network::input_shape;
    if (numbers == 0 || numbers % shape.size() != 0)
        fail({"alrao: predict: ", numbers, " numbers are not a whole number of samples ",
              extents_text(shape.extents)});
    return numbers / shape.size();
}

}  // namespace detail

/// Predicts contiguous samples `inputs` [count, ...] and writes the predictions to `outputs` [count, ...]. Uses the
/// memory of `workspace` and allocates nothing. Several threads can predict with one model at the same time if each
/// of them has its own workspace.
/// @param averaged how the predictions of the copies of an AveragedHead are combined
/// @throws ArgumentError if `inputs` is not a whole number of samples above 0, or `outputs` has another size
template <TrainableModel Net, class Backend>
void predict(const Net& net, Workspace<Net, Backend>& workspace, std::span<const typename Net::scalar> inputs,
             std::span<typename Net::scalar> outputs, Averaged averaged = Averaged::standard) {
    static_assert(!Net::network::input_shape.per_token,
                  "alrao: predict takes single samples, and this network takes sequences: use "
                  "predict_sequences");
    constexpr std::size_t out = Net::network::output_shape.size();
    const std::size_t count = detail::sample_count<Net>(inputs.size());
    if (outputs.size() != count * out)
        fail({"alrao: predict: ", count, " samples of ", out, " outputs need ", count * out, " numbers, got ",
              outputs.size()});
    detail::predict_all(net, workspace, inputs.data(), count, outputs.data(), averaged);
}

/// As above, with a workspace that is allocated for this call. `Backend` computes the matrix products; void:
/// DefaultBackend, or the library's own products if the kernels of DefaultBackend are not included.
/// @throws ArgumentError as above, and on a batch size of 0 or fewer than one thread
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

}  // namespace alrao
