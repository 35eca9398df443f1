#pragma once

#include <alrao/learn/one_rate_optimizer.hpp>
#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/philox.hpp>
#include <alrao/train/any_source.hpp>
#include <alrao/train/callback.hpp>
#include <alrao/train/detail/fit_call.hpp>
#include <alrao/train/detail/fit_loop.hpp>
#include <alrao/train/detail/fit_source.hpp>
#include <alrao/train/fit_options.hpp>
#include <alrao/train/history.hpp>

#pragma GCC diagnostic push  // g++ 12 sees an overlap in "text" + std::string
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wunknown-warning-option"
#pragma GCC diagnostic ignored "-Wrestrict"

namespace alrao {

/// Trains a model for `options.epochs` epochs on a data source: a Dataset, Augmented samples, the Streams of a
/// text, or a user's DataSource, which need not fit into memory. Prints nothing; callbacks may print.
/// Returns the losses and times of the epochs, and notes on the data.
///
/// Before the first step, Normalize and the scale of a regression's targets get their constants from `data`,
/// unless they have them already. For a user's source, these are computed in three passes over its first
/// epoch (three for the inputs, and three for the targets), and its numbers are checked when they are read;
/// data in memory are checked before the first step. A schedule of open length gets the length of this fit.
/// If the model was set back to an earlier state, features that the optimizer has pruned are pruned again.
///
/// Streams: each step is one chunk, in order. Gradients go back to the beginning of the chunk. The state of the
/// network is carried into the next chunk, and is 0 at the beginning of each epoch (truncated backpropagation
/// through time). `OptimizerOptions::clip_norm` clips the gradient, which recurrent networks need.
///
/// Several fits: the optimizer continues from its last state; fits of 2 and 3 epochs give the same bits as one
/// of 5. If a fit was stopped within an epoch, by a callback or an exception, the next fit first finishes that
/// epoch, which counts as one of its `.epochs`. The place within the epoch is counted in samples, so
/// `.batch_size` (and the chunk of streams) may differ. If the number of samples or streams, `.seed` or
/// `.shuffle` differs, the rest of that epoch is omitted and a new epoch begins; other data with the same
/// number of samples are not detected. History::messages notes both cases. The carried state of streams is
/// stored in the optimizer; if a new optimizer continues within an epoch, this state begins at 0.
///
/// A rule with its rate is accepted in place of an optimizer: `fit(net, Adam{}, data)`. Each such call creates
/// a new optimizer, without the state of an earlier one (Adam's averages, the number of steps, the schedule).
/// The model counts the epochs for which it was fitted, so a new optimizer continues with the next
/// order of samples and the next random numbers of Dropout; a message in History notes this.
///
/// Fork: a callback may call `fork`. The child process continues training as the parent does, with the same
/// bits, on its single thread (see Threads). An augmentation must not call `fork`. It must not hold a lock
/// while a callback forks: the child has no thread that would release this lock.
/// @throws ArgumentError, before model or optimizer has changed, if data or options do not fit the network, the
/// optimizer was made for another model (copies of a model count as the same model, also after numbers were
/// assigned or loaded), or a callback throws it in fit_begin; later, if a batch of a user's source breaks a
/// law of DataReader (the step of that batch is not taken), an epoch has fewer samples than contents()
/// states, or a callback throws it
/// @throws DivergenceError as the optimizer's guard specifies; model and optimizer are in the state after the
/// last completed step
template <class Backend = DefaultBackend, TrainableModel Net, class Optimizer, Callback... C>
    requires detail::ends_in_head<Net>
History fit(Net& net, Optimizer&& optimizer, const AnySource<typename Net::scalar>& data,
            const FitOptions<typename Net::scalar>& options = {}, C&&... callbacks) {
    static_assert(sizeof(detail::NetworkWorks<Net, true>) > 0);
    return detail::with_optimizer(net, optimizer, [&]<class Made>(Made& made) {
        auto attached = attach_callbacks(net, callbacks...);
        attached(Preparing{"looking at the options", data.contents().samples});
        detail::require_fit_options(data, options, detail::data_needs<Net>(),
                                    detail::needs_two_samples<Net>());
        detail::FitSource<Backend, Net, Made> source(net, made, data, options);
        return detail::FitLoop<Net, Made, decltype(source), decltype(attached)>(net, made, options.epochs,
                                                                                source, attached)
            .run();
    });
}

// Overloads for wrong calls, with and without options: a compile-time error with the reason.
template <class Backend = DefaultBackend, class Net, class Optimizer, class Data, class... C>
    requires(detail::fault_with_options<Net, Optimizer, Data, C...>() != detail::FitFault::none)
History fit(Net&&, Optimizer&&, Data&&, const FitOptions<detail::scalar_of<Net>>&, C&&...) {
    constexpr detail::FitFault fault = detail::fault_with_options<Net, Optimizer, Data, C...>();
    static_assert(sizeof(detail::RefusedFit<fault, Net, Data, C...>) > 0);
    return {};
}
template <class Backend = DefaultBackend, class Net, class... Rest>
    requires(!detail::plain_call<Net, Rest...>) &&
            (!detail::FitCall<Net, Rest...>::has_options &&
             detail::FitCall<Net, Rest...>::value != detail::FitFault::none)
History fit(Net&&, Rest&&...) {
    using Call = detail::FitCall<Net, Rest...>;
    static_assert(sizeof(detail::RefusedFit<Call::value, Net, typename Call::template argument<1>>) > 0);
    return {};
}

}  // namespace alrao

#pragma GCC diagnostic pop
