#pragma once

#include <alrao/model/predict.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/any_source.hpp>
#include <alrao/train/detail/run_call.hpp>
#include <alrao/train/detail/source_call.hpp>
#include <alrao/train/detail/source_check.hpp>
#include <alrao/train/evaluation.hpp>

#include <cstddef>
#include <type_traits>

namespace alrao {

/// Options of `evaluate`.
struct EvaluateOptions {
    /// Number of samples that are computed at a time. It affects speed and memory; results differ by rounding only.
    /// Streams ignore it.
    std::size_t batch_size = 256;
    /// Number of threads, including the calling one.
    int threads = 1;
    /// How the predictions of the copies of an AveragedHead are combined.
    Averaged averaged = Averaged::standard;
};

/// Evaluates models on one data source. All memory is allocated in the constructor.
template <class Net, class Backend = DefaultBackend>
class Evaluator {
public:
    using T = typename Net::scalar;

    /// `batch_size`: number of samples that are computed at a time. The source (unless `source` holds it) and
    /// `threads` must outlive the evaluator.
    /// @throws ArgumentError if the source has no samples or no batches, or on a batch size of 0
    Evaluator(const AnySource<T>& source, std::size_t batch_size, Threads& threads)
        : source_(source),
          reader_(source_, {.batch_size = batch_size}, &needs),
          workspace_(reader_.batch_size(), threads, reader_.contents().time_steps) {}
    Evaluator(const Evaluator&) = delete;
    Evaluator& operator=(const Evaluator&) = delete;

    /// Evaluates `net` on all samples, in the order of the source. A recurrent network starts from a state of
    /// zero. `averaged`: how the predictions of the copies of an AveragedHead are combined.
    /// @throws ArgumentError if a batch does not fit the network or breaks a law of DataReader
    Evaluation operator()(const Net& net, Averaged averaged = Averaged::standard) {
        BatchLoss sums;
        workspace_.state().reset();
        reader_.begin_epoch(0, 0);
        const std::size_t batches = reader_.batches(0);
        for (std::size_t b = 0; b < batches; ++b)
            sums += workspace_.evaluate(net, reader_.batch(b), averaged);
        reader_.require_whole_epoch();
        const std::size_t values = reader_.contents().selects_outputs ? 1 : Net::network::output_shape.size();
        return evaluation_of(sums, task_of<Net>, values);
    }

private:
    static constexpr detail::DataNeeds needs = detail::data_needs<Net>();

    AnySource<T> source_;
    detail::SourceReader<T> reader_;
    Workspace<Net, Backend> workspace_;
};

/// Computes the loss (mean over samples, weighted by their weights) and the accuracy or rmse of a model on a
/// data source: a Dataset, Streams (loss in nats per token; `Evaluation::bits()` converts it) or any other
/// DataSource. The loss of an AveragedHead is that of the mixture of its copies, or with Averaged::best_copy
/// that of the best copy; accuracy and rmse refer to the values that `predict` returns.
/// @throws ArgumentError if the data do not fit the network
template <class Backend = DefaultBackend, TrainableModel Net>
    requires detail::ends_in_head<Net>
[[nodiscard]] Evaluation evaluate(const Net& net, const AnySource<typename Net::scalar>& data,
                                  const EvaluateOptions& options = {}) {
    static_assert(sizeof(detail::NetworkWorks<Net, false>) > 0);
    detail::require_fitting_source(data, detail::data_needs<Net>(), "evaluate");
    if (options.batch_size == 0) fail("alrao: evaluate: a batch needs at least one sample, got 0");
    Threads threads(options.threads);
    return Evaluator<Net, Backend>(data, options.batch_size, threads)(net, options.averaged);
}

// Overloads for wrong calls: a compile-time error with the reason.
namespace detail {
/// Reports why a network cannot be evaluated on data of this type.
template <class Net, class Data>
struct RefusedData {
    static constexpr SourceFault fault = [] {
        if constexpr (ends_in_head<Net>) return source_fault<Net, const Data&>();
        else return SourceFault::none;
    }();
    static constexpr bool no_data = fault == SourceFault::arrays || fault == SourceFault::no_source;
    static constexpr bool said = no_data || fault == SourceFault::other_scalar;

    static_assert(ends_in_head<Net>,
                  "alrao: evaluate compares outputs with labels or targets: end the network with a head, "
                  "such as SoftmaxClassifier<K> or GaussianRegressor<D>");
    static_assert(fault != SourceFault::other_scalar,
                  "alrao: evaluate takes numbers of the network's scalar type: Dataset<float> for a "
                  "network of float; for data of double write Model<double, Input<...>, ...>");
    static_assert(!no_data,
                  "alrao: evaluate takes a Dataset, Streams or another DataSource: evaluate(net, "
                  "Dataset(inputs, labels))");
    static_assert(sizeof(RefusedSource < said ? SourceFault::none : fault, Data, typename Net::scalar >) > 0);
};

template <class Net, class Data>
constexpr bool can_evaluate() {
    if constexpr (!ends_in_head<Net>) return false;
    else return source_fault<Net, const Data&>() == SourceFault::none;
}
template <class Net, class Data = void, class... Behind>
constexpr RunFault fault_behind_data() {
    if constexpr (SourceOf<const Data&, typename Net::scalar>)
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

template <class Backend = DefaultBackend, TrainableModel Net, class Data>
    requires(!detail::can_evaluate<Net, Data>())
Evaluation evaluate(const Net&, const Data&, const EvaluateOptions& = {}) {
    if constexpr (!detail::refused_itself<Net>) static_assert(sizeof(detail::RefusedData<Net, Data>) > 0);
    return {};
}
template <class Backend = DefaultBackend, TrainableModel Net, class Inputs, class Labels>
    requires(!detail::HoldsOneOf<Inputs, void> && !detail::HoldsOneOf<Labels, void>)
Evaluation evaluate(const Net&, const Inputs&, const Labels&, const EvaluateOptions& = {}) {
    static_assert(sizeof(detail::RefusedData<Net, Labels>) > 0);
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
