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

/// Trains a model for `options.epochs` epochs on a data source: a Dataset, Augmented samples, the Streams
/// of a text, or a DataSource of your own, which need not fit into memory. Prints nothing; callbacks may.
/// Returns what happened: losses, times, notes on the data.
///
/// Before the first step Normalize and the scale of a regression's targets get their constants from
/// `data`, once. From a source of your own they are computed in three passes over its first epoch, and
/// its numbers are checked as they are read; data in memory are checked before the first step. A
/// schedule of open length gets the length of this fit. Features that the optimizer has pruned are pruned
/// again in a model that was set back to an earlier state.
///
/// On streams each step is one chunk, in order. Gradients go back to the beginning of the chunk; what the
/// network carries continues into the next chunk, and is 0 at the beginning of each epoch (truncated
/// backpropagation through time). `OptimizerOptions::clip_norm` clips the gradient, which recurrent
/// networks need.
///
/// Fits can follow each other: the optimizer continues where it is; 2 epochs and then 3 give the bits of
/// 5. After a fit that was stopped within an epoch, by a callback or an exception, the next fit finishes
/// that epoch first, which counts as one of its `.epochs`. The place is counted in samples, so
/// `.batch_size` (and the chunk of streams) may differ. With another number of samples or streams,
/// another `.seed` or `.shuffle` the rest of that epoch is left out, and a new one begins; other data of
/// the same number cannot be told from the same. History notes both. A new optimizer has no carried state
/// of streams: it begins with 0.
///
/// In place of an optimizer a rule with its rate is accepted: `fit(net, Adam{}, data)`. Each such fit
/// makes a new optimizer, which remembers nothing of the one before: Adam's averages, its steps and a
/// schedule begin anew. A model counts the epochs that it was fitted for, so that a new optimizer
/// continues in the order of samples, and with Dropout's random numbers; History notes it.
///
/// A callback may call `fork`: the child trains on and ends as its parent does, with the same bits, on
/// the one thread that it has (see Threads). An augmentation may not call `fork`; while a callback forks,
/// no augmentation that takes a lock may be running.
/// @throws ArgumentError, before model or optimizer has changed, if data or options do not fit the
/// network, the optimizer was made for another model (copies of a model are the same one, and a model
/// stays itself when numbers are assigned to it or loaded), or a callback refuses this fit; later, if a
/// batch of a source of your own breaks a law of DataReader: the step of that batch is not taken
/// @throws DivergenceError as the optimizer's guard says; model and optimizer are those of the last
/// good step
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

// Wrong calls, refused with a sentence: with options, in braces or not, and others.
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
