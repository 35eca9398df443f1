#pragma once

#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/fail.hpp>
#include <alrao/tensor/memory.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/tensor/threads.hpp>
#include <alrao/train/callback.hpp>
#include <alrao/train/detail/fit_loop.hpp>
#include <alrao/train/detail/referred.hpp>
#include <alrao/train/evaluate_streams.hpp>
#include <alrao/train/history.hpp>
#include <alrao/train/streams.hpp>
#include <alrao/train/trainer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace alrao {

/// How long and how to train on streams; how many there are, and how long a chunk is, they say
/// themselves.
struct StreamFitOptions {
    /// Times that the streams are read. An epoch in which an earlier fit was stopped is finished
    /// first, and counts as one. 0: streams and options are looked at, nothing changes.
    std::size_t epochs = 1;
    /// Evaluated after each epoch, and where a fit is stopped; never learned from. Referred to.
    Referred<Streams> validation{};
    /// Of the layers' own randomness, such as Dropout's: chunks come in order.
    Seed seed{0};
    /// That compute, the calling one included. By own tiles bits do not depend on their number
    /// (docs/reproducibility.md).
    int threads = 1;
};

namespace detail {

/// The chunks of all streams in order, with the carried state between them.
template <class Backend, class Net, class Optimizer>
class StreamSource {
    using T = typename Net::scalar;

public:
    StreamSource(Net& net, Optimizer& optimizer, const Streams& streams, const StreamFitOptions& options)
        : net_(net),
          streams_(streams),
          threads_(options.threads),
          buffers_(streams),
          trainer_(net, optimizer, streams.streams(), threads_, options.seed, streams.chunk()) {
        if (options.validation) validate_.emplace(*options.validation, threads_);
    }

    std::size_t samples() const { return streams_.size(); }
    SampleOrder order() const { return {.samples = streams_.size(), .streams = streams_.streams()}; }
    /// Chunks from there on: where an earlier fit had chunks of another length, they are others.
    std::size_t steps_behind(std::size_t seen) const {
        return (streams_.steps() - step_behind(seen) + streams_.chunk() - 1) / streams_.chunk();
    }
    std::size_t seen_after(std::size_t c) const { return (first_of(c) + steps_of(c)) * streams_.streams(); }
    std::size_t values() const { return 1; }
    bool validates() const { return validate_.has_value(); }
    Evaluation validate() { return (*validate_)(net_); }
    void look(History&) const {}
    /// What is left of an epoch, too, leaves BatchNorm no token alone.
    [[gnu::cold]] void require_behind(std::size_t seen) const {
        const std::size_t rest = streams_.steps() - step_behind(seen);
        if (needs_two_samples<Net>() && streams_.streams() == 1 && rest % streams_.chunk() == 1)
            fail({"alrao: fit: BatchNorm cannot learn from one token, and chunks of ", streams_.chunk(),
                  " leave one alone of the ", rest,
                  " steps that an earlier fit left of an epoch; take another .chunk, or begin a new "
                  "epoch: optimizer.state().place.leave_epoch(), net.place().leave_epoch()"});
    }
    static constexpr bool takes_statistics() { return false; }
    void begin() const {}
    void start_epoch(std::uint64_t, std::size_t seen) {
        seen_ = seen;
        trainer_.state().reset();
        if (seen == 0) return;
        const AlignedBuffer<T>& carried = trainer_.optimizer().state().carried;
        const std::span<T> now = trainer_.state().numbers();
        if (carried.size() == now.size()) std::copy_n(carried.data(), now.size(), now.data());
    }
    StepReport step(std::size_t c, std::uint64_t) {
        const StepReport report = trainer_.train_step(buffers_.gather(streams_, first_of(c), steps_of(c)));
        keep_carried();
        return report;
    }

private:
    /// The step of a stream at which an epoch goes on of which `seen` tokens are behind.
    std::size_t step_behind(std::size_t seen) const { return seen / streams_.streams(); }
    /// The first step of chunk c of what is left of this epoch, and its steps.
    std::size_t first_of(std::size_t c) const { return step_behind(seen_) + c * streams_.chunk(); }
    std::size_t steps_of(std::size_t c) const {
        return std::min(streams_.chunk(), streams_.steps() - first_of(c));
    }

    /// The optimizer keeps what is carried, for a fit that goes on within the epoch.
    void keep_carried() {
        const std::span<const T> now = std::as_const(trainer_.state()).numbers();
        AlignedBuffer<T>& kept = trainer_.optimizer().state().carried;
        if (kept.size() != now.size()) kept = AlignedBuffer<T>(now.size());
        std::copy_n(now.data(), now.size(), kept.data());
    }

    Net& net_;
    const Streams& streams_;
    Threads threads_;
    std::size_t seen_ = 0;  // tokens of this epoch that came before this fit
    ChunkBuffers<T> buffers_;
    Trainer<Net, Optimizer, Backend> trainer_;
    std::optional<StreamEvaluator<Net, Backend>> validate_{};
};

}  // namespace detail

/// Trains a model to predict the next token of streams, for so many epochs: a step for each chunk,
/// in order. Gradients go back to the beginning of the chunk; what the network carries goes on into
/// the next one, and is 0 at the beginning of each epoch (truncated backpropagation through time).
/// All else is as for samples, see `fit` in fit.hpp: callbacks, optimizers, schedules, fits that
/// follow each other. A fit that was stopped within an epoch is gone on with at the next step of the
/// streams, with what the network carried there (a new optimizer, or a rule in place of one, has
/// none of it: 0); `.chunk` may be another, with another number or length of streams a new epoch
/// begins. The gradient is clipped by `OptimizerOptions::clip_norm`, which recurrent networks want.
/// @throws ArgumentError, before model or optimizer has changed, if tokens do not fit the network,
/// or a callback refuses this fit
/// @throws DivergenceError as the optimizer's guard says; model and optimizer are those of the last
/// good step
template <class Backend = DefaultBackend, TrainableModel Net, class Optimizer, Callback... C>
History fit(Net& net, Optimizer&& optimizer, const Streams& streams, const StreamFitOptions& options = {},
            C&&... callbacks) {
    static_assert(sizeof(detail::NetworkWorks<Net, true>) > 0);
    return detail::with_optimizer(net, optimizer, [&]<class Made>(Made& made) {
        auto attached = attach_callbacks(net, callbacks...);
        attached(Preparing{"looking at the options", streams.size()});
        require_fitting_streams<Net>(streams, "fit");
        if (options.validation) require_fitting_streams<Net>(*options.validation, "fit: validation");
        if (options.epochs > 0 && detail::needs_two_samples<Net>() &&
            streams.streams() * streams.steps(streams.chunks() - 1) == 1)
            fail({"alrao: fit: BatchNorm cannot learn from one token, and of a stream of ", streams.steps(),
                  " steps chunks of ", streams.chunk(),
                  " leave one alone; take another .chunk, or more .streams"});
        detail::StreamSource<Backend, Net, Made> source(net, made, streams, options);
        return detail::FitLoop<Net, Made, decltype(source), decltype(attached)>(net, made, options.epochs,
                                                                                source, attached)
            .run();
    });
}

}  // namespace alrao
