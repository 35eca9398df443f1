#pragma once

#include <alrao/model/predict.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/batches.hpp>
#include <alrao/train/dataset.hpp>
#include <alrao/train/detail/dataset_check.hpp>
#include <alrao/train/detail/run_call.hpp>
#include <alrao/train/evaluation.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <type_traits>
#include <vector>

namespace alrao {

/// How to run over a data set in prediction mode.
struct EvaluateOptions {
    std::size_t batch_size =
        256;          ///< samples at a time: speed and memory; results differ by rounding at most
    int threads = 1;  ///< that compute, the calling one included
    Averaged averaged = Averaged::standard;  ///< of a head with copies
};

/// Evaluates again and again in memory of its own: what fit validates with.
template <class Net, class Backend = DefaultBackend>
class Evaluator {
public:
    using T = typename Net::scalar;
    using network = typename Net::network;

    Evaluator(const Dataset<T>& data, std::size_t batch_size, Threads& threads)
        : data_(&data),
          batch_(std::min(batch_size, data.size())),
          workspace_(batch_, threads),
          buffers_(gathers() ? batch_ : 0, network::input_shape.size(), data.outputs()),
          samples_(batch_) {}

    Evaluation operator()(const Net& net, Averaged averaged = Averaged::standard) {
        BatchLoss sums;
        for (std::size_t first = 0; first < data_->size(); first += batch_)
            sums += workspace_.evaluate(net, examples(first), averaged);
        return evaluation_of(sums, task_of<Net>, data_->has_selected() ? 1 : network::output_shape.size());
    }

private:
    bool gathers() const { return !data_->in_memory_order() || data_->has_weights(); }

    Batch<T> examples(std::size_t first) {
        const std::size_t count = std::min(batch_, data_->size() - first);
        if (gathers()) {
            std::iota(samples_.begin(), samples_.end(), first);
            return buffers_.gather(*data_, std::span(samples_).first(count));
        }
        Batch<T> examples{.inputs = data_->inputs(first), .samples = count};
        if (data_->has_labels()) examples.truth.labels = data_->label_data(first);
        if (data_->has_targets()) examples.truth.targets = data_->targets(first);
        if (data_->has_selected()) examples.truth.selected = data_->selected_data(first);
        return examples;
    }

    const Dataset<T>* data_;
    std::size_t batch_;
    Workspace<Net, Backend> workspace_;
    BatchBuffers<T> buffers_;
    std::vector<std::size_t> samples_;
};

/// Loss (mean over samples, by their weights) and accuracy or rmse of a model on a data set. Of a
/// head with copies the loss is the mixture's, accuracy and rmse are those of what `predict` gives.
/// @throws ArgumentError if the data do not fit the network
template <class Backend = DefaultBackend, TrainableModel Net>
    requires detail::ends_in_head<Net>
[[nodiscard]] Evaluation evaluate(const Net& net, const Dataset<typename Net::scalar>& data,
                                  const EvaluateOptions& options = {}) {
    static_assert(sizeof(detail::NetworkWorks<Net, false>) > 0);
    require_fitting_data<Net>(data, "evaluate");
    if (options.batch_size == 0) fail("alrao: evaluate: a batch needs at least one sample, got 0");
    Threads threads(options.threads);
    return Evaluator<Net, Backend>(data, options.batch_size, threads)(net, options.averaged);
}

namespace detail {
/// Why data are none that a network is evaluated on.
template <class Data, bool has_head>
struct RefusedData {
    static_assert(has_head,
                  "alrao: evaluate compares with labels or targets: end the network with a head, such as "
                  "SoftmaxClassifier<K> or GaussianRegressor<D>");
    static_assert(!has_head || !is_dataset<Data>,
                  "alrao: evaluate takes numbers of the network's own type: Dataset<float> for a network "
                  "of float; for one of double write Model<double, Input<...>, ...>");
    static_assert(!has_head || is_dataset<Data>,
                  "alrao: evaluate takes a Dataset, or Streams: evaluate(net, Dataset(inputs, labels))");
};

template <class Net, class Data = void, class... Behind>
constexpr RunFault fault_behind_data() {
    if constexpr (DataOf<const Data&, typename Net::scalar>)
        return fault_of_third<EvaluateOptions, Behind...>();
    else return RunFault::none;
}
template <class First, class... Rest>
constexpr RunFault evaluate_fault() {
    constexpr RunFault place = fault_of_model_place<First, Rest...>();
    if constexpr (place != RunFault::none || !TrainableModel<First>) return place;
    else return fault_behind_data<First, Rest...>();
}
}  // namespace detail

// Calls that do not fit, refused in words.
template <class Backend = DefaultBackend, TrainableModel Net, class Data>
    requires(!detail::is_streams<Data> &&
             (!detail::ends_in_head<Net> || !detail::DataOf<const Data&, typename Net::scalar>))
Evaluation evaluate(const Net&, const Data&, const EvaluateOptions& = {}) {
    using Refused = detail::RefusedData<Data, detail::ends_in_head<Net>>;
    static_assert(sizeof(std::conditional_t<detail::refused_itself<Net>, int, Refused>) > 0);
    return {};
}
template <class Backend = DefaultBackend, TrainableModel Net, class Inputs, class Labels>
    requires(!detail::HoldsOneOf<Inputs, void> && !detail::HoldsOneOf<Labels, void>)
Evaluation evaluate(const Net&, const Inputs&, const Labels&, const EvaluateOptions& = {}) {
    static_assert(sizeof(detail::RefusedData<Labels, detail::ends_in_head<Net>>) > 0);
    return {};
}
template <class Backend = DefaultBackend, class First, class... Rest>
    requires(detail::evaluate_fault<First, Rest...>() != detail::RunFault::none)
Evaluation evaluate(const First&, const Rest&...) {
    static_assert(sizeof(detail::RefusedRun<detail::evaluate_fault<First, Rest...>()>) > 0);
    return {};
}
template <class Backend = DefaultBackend, class First, class Second>
    requires(detail::evaluate_fault<First, Second>() != detail::RunFault::none)
Evaluation evaluate(const First&, const Second&, const EvaluateOptions&) {
    static_assert(sizeof(detail::RefusedRun<detail::evaluate_fault<First, Second>()>) > 0);
    return {};
}

}  // namespace alrao
