#pragma once

#include <alrao/kernels/gemm/gemm.hpp>
#include <alrao/model/detail/runner.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace alrao {

namespace detail {

/// `Backend`, or own tiles where its kernels are not included, which the constructor refuses.
template <class Backend>
using IncludedBackend = std::conditional_t<kernels::included<Backend>, Backend, OwnTiles<>>;

}  // namespace detail

/// Memory to predict in, for batches of up to `batch` samples. One per thread that predicts: the model
/// itself is only read, so any number of threads can predict with one model at once.
///
/// The state of a recurrent network is the workspace's, not the model's: `run` goes on where the last
/// call stopped, also if that was for another model or another sequence. Call `state().reset()` before
/// a new one.
template <TrainableModel Net, class Backend = DefaultBackend>
class Workspace : public Runner<Net, detail::IncludedBackend<Backend>, typename Net::network::Prediction> {
    using Base = Runner<Net, detail::IncludedBackend<Backend>, typename Net::network::Prediction>;

    static_assert(sizeof(detail::NetworkWorks<Net, false>) > 0);

public:
    using typename Base::network;
    using typename Base::T;

    explicit Workspace(std::size_t batch, Threads& threads, std::size_t time_steps = 1)
        : Base(batch, time_steps, threads) {
        static_assert(kernels::included<Backend>,
                      "alrao: a Workspace whose products go to BLAS needs "
                      "<alrao/model/predict.hpp> (alrao/alrao.hpp includes it); "
                      "Predictor<Net> predicts without BLAS");
    }

    /// Runs all layers in prediction mode on contiguous samples (per token: [steps, batch, ...]),
    /// from `state()` on, which moves on; the output block stays valid until the next call. A head
    /// gives probabilities (a Gaussian: means) per sample (token), of the copies that `averaged`
    /// says.
    /// @throws ArgumentError: null inputs, a larger batch or more steps than the workspace was made for,
    ///         a model that was moved from, a carried state of another number of streams
    Block<const T> run(const Net& net, const T* inputs, std::size_t batch, std::size_t time_steps = 1,
                       Averaged averaged = Averaged::standard) {
        HeadCall<T> head;
        return run_layers(net, inputs, batch, time_steps, averaged, head);
    }

    /// As `run`, and compares with the batch's labels or targets, whichever the head has.
    /// @throws ArgumentError as `run`, and if they are not there
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

/// A Workspace that never asks for BLAS: products by own tiles, with any instruction set.
template <class Net>
using Predictor = Workspace<Net, OwnTiles<>>;

}  // namespace alrao
