#pragma once

#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/model/detail/runner.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/denormals.hpp>
#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace alrao {

namespace detail {

/// `Backend`; OwnTiles if the kernels of `Backend` are not included. The constructor of Workspace then gives
/// a compile error.
template <class Backend>
using IncludedBackend = std::conditional_t<kernels::included<Backend>, Backend, OwnTiles<>>;

}  // namespace detail

/// Memory for predictions with batches of up to `batch` samples. The model is only read, so several threads
/// can predict with one model at the same time, each with its own workspace.
///
/// The workspace also holds the state of recurrent layers: `run` continues from the state after the
/// previous call, even if that call was for another model or another sequence. Call `state().reset()`
/// before a new sequence.
template <TrainableModel Net, class Backend = DefaultBackend>
class Workspace : public Runner<Net, detail::IncludedBackend<Backend>, typename Net::network::Prediction> {
    using Base = Runner<Net, detail::IncludedBackend<Backend>, typename Net::network::Prediction>;

    static_assert(sizeof(detail::NetworkWorks<Net, false>) > 0);

public:
    using typename Base::network;
    using typename Base::T;

    /// Allocates memory for batches of up to `batch` samples with up to `time_steps` time steps. `threads`
    /// must outlive the workspace.
    /// @throws ArgumentError if `batch` or `time_steps` is 0
    explicit Workspace(std::size_t batch, Threads& threads, std::size_t time_steps = 1)
        : Base(batch, time_steps, threads) {
        static_assert(kernels::included<Backend>,
                      "alrao: a Workspace whose products go to BLAS needs "
                      "<alrao/model/predict.hpp> (alrao/alrao.hpp includes it); "
                      "Predictor<Net> predicts without BLAS");
    }

    /// Runs all layers in prediction mode and returns the output of the last layer, which is valid until
    /// the next call. `inputs` are contiguous: [batch, input extents], or [time steps, batch, input
    /// extents] for sequences. A classification head returns probabilities and a regression head means, one
    /// row per sample (or token); `averaged` chooses between the mixture and the best copy. Recurrent layers
    /// start from `state()` and update it.
    /// @throws ArgumentError if inputs are null, the batch is empty or larger than the workspace, the model
    /// was moved from, the carried state has another number of streams, or a token is not in the Embedding
    Block<const T> run(const Net& net, const T* inputs, std::size_t batch, std::size_t time_steps = 1,
                       Averaged averaged = Averaged::standard) {
        HeadCall<T> head;
        return run_layers(net, inputs, batch, time_steps, averaged, head);
    }

    /// As `run`, but returns the loss and the errors of the predictions, as sums over samples (or tokens).
    /// @throws ArgumentError as `run`, and if the batch has no labels or targets, or an invalid label or
    /// weight
    BatchLoss evaluate(const Net& net, const Batch<T>& batch, Averaged averaged = Averaged::standard) {
        static_assert(network::copies > 0, "alrao: evaluate needs a network that ends in a head");
        if (!batch.truth.given()) fail("alrao: evaluate needs labels or targets");
        HeadCall<T> head{
            .truth = batch.truth, .needs_truth = true, .log_likelihood = this->log_likelihood_.data()};
        run_layers(net, batch.inputs, batch.samples, batch.time_steps, averaged, head);
        return head.loss;
    }

private:
    Block<const T> run_layers(const Net& net, const T* inputs, std::size_t batch, std::size_t time_steps,
                              Averaged averaged, HeadCall<T>& head) {
        const FlushDenormals flush;
        this->begin(net, inputs, batch, time_steps);
        head.log_weights = net.posterior().log_weights.data();
        head.retired = net.posterior().retired.data();
        Block<const T> output;
        for (std::size_t i = 0; i < network::node_count; ++i) {
            Context<T> context = this->context(i, net, false);
            output = this->arena_.read(Base::places[i].output, network::fused.nodes[i].facts.output);
            if (Base::places[i].fused.forward_elsewhere) continue;
            this->set_scratch(context, Base::places[i].forward_scratch);
            context.averaged = averaged;
            if (i + 1 == network::node_count) context.head = &head;
            Base::Calls::forward[i](context);
        }
        this->carry_on();
        return output;
    }
};

/// A Workspace that does not need BLAS: it computes matrix products with the library's own kernels.
template <class Net>
using Predictor = Workspace<Net, OwnTiles<>>;

}  // namespace alrao
