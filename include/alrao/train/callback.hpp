#pragma once

#include <alrao/train/events.hpp>

#include <concepts>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace alrao {

namespace detail {

/// A callback's answer: only `true` stops the fit.
template <class Call>
bool wants_stop(Call&& call) {
    if constexpr (std::is_same_v<std::invoke_result_t<Call>, bool>) return call();
    else return static_cast<void>(call()), false;
}

template <class C, class Event>
concept CalledWith = std::invocable<C&, const Event&>;

template <class C>
bool tell(C& callback, const FitBegin& event) {
    if constexpr (requires { callback.fit_begin(event); })
        return wants_stop([&] { return callback.fit_begin(event); });
    return false;
}

template <class C>
bool tell(C& callback, const Preparing& event) {
    if constexpr (requires { callback.preparing(event); }) static_cast<void>(callback.preparing(event));
    return false;
}

template <class C>
bool tell(C& callback, const StepEnd& event) {
    if constexpr (requires { callback.step_end(event); })
        return wants_stop([&] { return callback.step_end(event); });
    else if constexpr (!CalledWith<C, EpochEnd> && CalledWith<C, StepEnd>)
        return wants_stop([&] { return std::invoke(callback, event); });
    return false;
}

template <class C>
bool tell(C& callback, const EpochEnd& event) {
    if constexpr (requires { callback.epoch_end(event); })
        return wants_stop([&] { return callback.epoch_end(event); });
    else if constexpr (CalledWith<C, EpochEnd>)
        return wants_stop([&] { return std::invoke(callback, event); });
    return false;
}

template <class C>
bool tell(C& callback, const FitEnd& event) {
    if constexpr (requires { callback.fit_end(event); })
        return wants_stop([&] { return callback.fit_end(event); });
    return false;
}

}  // namespace detail

/// What `fit` calls as it goes: a function of `const EpochEnd&` or `const StepEnd&` (one that takes
/// both is called with epochs), or an object with some of `fit_begin`, `step_end`, `epoch_end` and
/// `fit_end`. Each may return bool, and `true` ends the fit. An object with `attach(net)` gives one
/// that knows the model, for this fit. Callbacks run between steps: one that throws leaves model and
/// optimizer valid.
template <class C>
concept Callback =
    detail::CalledWith<C, EpochEnd> || detail::CalledWith<C, StepEnd> ||
    requires(C& c, const FitBegin& event) { c.fit_begin(event); } ||
    requires(C& c, const StepEnd& event) { c.step_end(event); } ||
    requires(C& c, const EpochEnd& event) { c.epoch_end(event); } ||
    requires(C& c, const FitEnd& event) { c.fit_end(event); } ||
    requires { requires std::remove_cvref_t<C>::attaches; };

/// The callbacks of one fit, told in the order given.
template <class... Attached>
class Callbacks {
public:
    explicit Callbacks(Attached... callbacks) : callbacks_(std::forward<Attached>(callbacks)...) {}

    /// Whether one of them wants to stop. All are told in any case.
    template <class Event>
    bool operator()(const Event& event) {
        const auto tell_all = [&event](auto&... callback) {
            bool stop = false;
            ((stop = detail::tell(callback, event) || stop), ...);
            return stop;
        };
        return std::apply(tell_all, callbacks_);
    }

private:
    std::tuple<Attached...> callbacks_;
};

namespace detail {

/// The callback itself, or what it makes of a model.
template <class Net, class C>
decltype(auto) attach(Net& net, C& callback) {
    if constexpr (requires { callback.attach(net); }) return callback.attach(net);
    else return (callback);
}

}  // namespace detail

/// Binds callbacks to a model; those that are not made for it are referred to.
template <class Net, class... C>
auto attach_callbacks(Net& net, C&... callbacks) {
    return Callbacks<decltype(detail::attach(net, callbacks))...>(detail::attach(net, callbacks)...);
}

}  // namespace alrao
