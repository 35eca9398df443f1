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
    else if constexpr (CalledWith<C, EpochEnd>)
        return false;   // one that takes both is called with epochs: its body may fit no step
    else if constexpr (CalledWith<C, StepEnd>)
        return wants_stop([&] { return std::invoke(callback, event); });
    else return false;
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

namespace detail {

/// What is wrong with a callback, member by member: the first one only.
enum class CallbackFault : unsigned char {
    none, fit_begin, step_end, epoch_end, fit_end, changes_event, no_callback
};

template <class C>
constexpr CallbackFault callback_fault() {
    using B = std::remove_cvref_t<C>;
    using Event = CallbackFault;
    if constexpr (requires { &B::fit_begin; } &&
                  !requires(C& c, const FitBegin& e) { c.fit_begin(e); }) return Event::fit_begin;
    else if constexpr (requires { &B::step_end; } &&
                       !requires(C& c, const StepEnd& e) { c.step_end(e); }) return Event::step_end;
    else if constexpr (requires { &B::epoch_end; } &&
                       !requires(C& c, const EpochEnd& e) { c.epoch_end(e); }) return Event::epoch_end;
    else if constexpr (requires { &B::fit_end; } &&
                       !requires(C& c, const FitEnd& e) { c.fit_end(e); }) return Event::fit_end;
    else if constexpr (Callback<C>) return Event::none;
    else if constexpr (std::invocable<C&, EpochEnd&> || std::invocable<C&, StepEnd&>)
        return Event::changes_event;
    else return Event::no_callback;
}

template <class C>
struct CheckedCallback {
    static constexpr CallbackFault fault = callback_fault<C>();

    static_assert(fault != CallbackFault::fit_begin,
                  "alrao: fit_begin of a callback is called with const FitBegin&, on an object that is "
                  "not const unless fit_begin is");
    static_assert(fault != CallbackFault::step_end,
                  "alrao: step_end of a callback is called with const StepEnd&, on an object that is not "
                  "const unless step_end is");
    static_assert(fault != CallbackFault::epoch_end,
                  "alrao: epoch_end of a callback is called with const EpochEnd&, on an object that is "
                  "not const unless epoch_end is");
    static_assert(fault != CallbackFault::fit_end,
                  "alrao: fit_end of a callback is called with const FitEnd&, on an object that is not "
                  "const unless fit_end is");
    static_assert(fault != CallbackFault::changes_event,
                  "alrao: a callback takes const EpochEnd& or const StepEnd&: events are not changed");
    static_assert(fault != CallbackFault::no_callback,
                  "alrao: a callback of fit is a function of const EpochEnd& or const StepEnd&, or an "
                  "object with fit_begin, step_end, epoch_end or fit_end");
};

}  // namespace detail

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
    static_assert(sizeof(CheckedCallback<C>) > 0);
    if constexpr (requires { callback.attach(net); }) {
        return callback.attach(net);
    } else {
        static_assert(!requires { requires std::remove_cvref_t<C>::attaches; },
                      "alrao: a callback with `attaches` has a member attach(net) for this model");
        return (callback);
    }
}

}  // namespace detail

/// Binds callbacks to a model; those that are not made for it are referred to.
template <class Net, class... C>
auto attach_callbacks(Net& net, C&... callbacks) {
    return Callbacks<decltype(detail::attach(net, callbacks))...>(detail::attach(net, callbacks)...);
}

}  // namespace alrao
