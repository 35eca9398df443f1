#pragma once

#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/callback.hpp>
#include <alrao/train/evaluate_streams.hpp>
#include <alrao/train/fit_loop.hpp>
#include <alrao/train/history.hpp>
#include <alrao/train/streams.hpp>
#include <alrao/train/trainer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace alrao {

/// How long and how to train on streams; how many there are, and how long a chunk is, they say
/// themselves.
struct StreamFitOptions {
    std::size_t epochs = 1;
    const Streams* validation = nullptr;  ///< evaluated after each epoch, never learned from
    Seed seed{0};                         ///< of Dropout
    int threads = 1;                      ///< the result does not depend on it (own kernels)
};

namespace detail {

/// The chunks of all streams in order, with the carried state between them.
template <class Backend, class Net, class Optimizer>
class StreamSource {
    using T = typename Net::scalar;

public:
    StreamSource(Net& net, Optimizer& optimizer, const Streams& streams,
                 const StreamFitOptions& options)
        : net_(net),
          streams_(streams),
          threads_(options.threads),
          buffers_(streams),
          trainer_(net, optimizer, streams.streams(), threads_, options.seed, streams.chunk()) {
        if (options.validation) validate_.emplace(*options.validation, threads_);
    }

    std::size_t samples() const { return streams_.size(); }
    std::size_t steps() const { return streams_.chunks(); }
    std::size_t values() const { return 1; }
    bool validates() const { return validate_.has_value(); }
    Evaluation validate() { return (*validate_)(net_); }
    void look(History&) const {}
    void begin() const {}
    void start_epoch(std::uint64_t) { trainer_.state().reset(); }
    StepReport step(std::size_t c, std::uint64_t) {
        return trainer_.train_step(buffers_.gather(streams_, c));
    }

private:
    Net& net_;
    const Streams& streams_;
    Threads threads_;
    ChunkBuffers<T> buffers_;
    Trainer<Net, Optimizer, Backend> trainer_;
    std::optional<StreamEvaluator<Net, Backend>> validate_{};
};

}  // namespace detail

/// Trains a model to predict the next token of streams, for so many epochs: a step for each chunk,
/// in order. Gradients go back to the beginning of the chunk; what the network carries goes on into
/// the next one, and is 0 at the beginning of each epoch (truncated backpropagation through time).
/// All else is as for samples, see `fit` in fit.hpp: callbacks, optimizers, schedules. The gradient
/// is clipped by `OptimizerOptions::clip_norm`, which recurrent networks want.
/// @throws ArgumentError, before model or optimizer has changed, if tokens do not fit the network,
/// or a callback refuses this fit
/// @throws DivergenceError as the optimizer's guard says; model and optimizer are those of the last
/// good step
template <class Backend = DefaultBackend, TrainableModel Net, class Optimizer, Callback... C>
History fit(Net& net, Optimizer&& optimizer, const Streams& streams,
            const StreamFitOptions& options = {}, C&&... callbacks) {
    return detail::with_optimizer(net, optimizer, [&]<class Made>(Made& made) {
        require_fitting_streams<Net>(streams, "fit");
        if (options.validation)
            require_fitting_streams<Net>(*options.validation, "fit: validation");
        if (options.epochs > 0 && detail::needs_two_samples<Net>() &&
            streams.streams() * streams.steps(streams.chunks() - 1) == 1)
            fail({"alrao: fit: BatchNorm cannot learn from one token, and of a stream of ",
                  streams.steps(), " steps chunks of ", streams.chunk(),
                  " leave one alone; take another .chunk, or more .streams"});
        auto attached = attach_callbacks(net, callbacks...);
        detail::StreamSource<Backend, Net, Made> source(net, made, streams, options);
        return detail::FitLoop<Net, Made, decltype(source), decltype(attached)>(
                   net, made, options.epochs, source, attached)
            .run();
    });
}

}  // namespace alrao
