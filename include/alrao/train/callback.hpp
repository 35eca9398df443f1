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
    if constexpr (std::is_void_v<std::invoke_result_t<Call>>) return call(), false;
    else return call();
}

/// What a callback may answer.
template <class Answer>
inline constexpr bool is_answer = std::is_void_v<Answer> || std::is_same_v<Answer, bool>;

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
        return false;  // one that takes both is called with epochs: its body may fit no step
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
/// both is called with epochs), or an object with some of `fit_begin`, `preparing`, `step_end`,
/// `epoch_end` and `fit_end`. Each returns nothing or bool, and `true` ends the fit (of `preparing`
/// nothing is asked). An object with `attach(net)` gives one
/// that knows the model, for this fit. Callbacks run between steps: one that throws leaves model and
/// optimizer valid.
template <class C>
concept Callback = detail::CalledWith<C, EpochEnd> || detail::CalledWith<C, StepEnd> ||
                   requires(C& c, const FitBegin& event) { c.fit_begin(event); } ||
                   requires(C& c, const Preparing& event) { c.preparing(event); } ||
                   requires(C& c, const StepEnd& event) { c.step_end(event); } ||
                   requires(C& c, const EpochEnd& event) { c.epoch_end(event); } ||
                   requires(C& c, const FitEnd& event) { c.fit_end(event); } ||
                   requires { requires std::remove_cvref_t<C>::attaches; };

namespace detail {

/// What is wrong with a callback, member by member: the first one only.
enum class CallbackFault : unsigned char {
    none,
    fit_begin,
    preparing,
    step_end,
    epoch_end,
    fit_end,
    answer,
    changes_event,
    no_callback
};

/// Names that clash with a callback's members if it has them, whether private, overloaded or templates.
struct CallbackNames {
    int fit_begin, preparing, step_end, epoch_end, fit_end;
};
template <class C>
struct BesideCallbackNames : C, CallbackNames {};
/// Whether a class has members of these names: they are ambiguous then beside those of CallbackNames.
template <class C, class = void>
struct HasMembers {
    static constexpr bool fit_begin = false, preparing = false, step_end = false, epoch_end = false,
                          fit_end = false;
};
template <class C>
struct HasMembers<C, std::enable_if_t<std::is_class_v<C> && !std::is_final_v<C>>> {
    using Both = BesideCallbackNames<C>;
    static constexpr bool fit_begin = !requires { &Both::fit_begin; };
    static constexpr bool preparing = !requires { &Both::preparing; };
    static constexpr bool step_end = !requires { &Both::step_end; };
    static constexpr bool epoch_end = !requires { &Both::epoch_end; };
    static constexpr bool fit_end = !requires { &Both::fit_end; };
};

/// Whether what a callback returns of an event, if it is told of it, is an answer.
template <class C>
constexpr bool answers() {
    bool good = true;
    const auto each = [&]<class Answer>(std::type_identity<Answer>) { good = good && is_answer<Answer>; };
    if constexpr (requires(C& c, const FitBegin& e) { c.fit_begin(e); })
        each(std::type_identity<decltype(std::declval<C&>().fit_begin(std::declval<const FitBegin&>()))>{});
    if constexpr (requires(C& c, const StepEnd& e) { c.step_end(e); })
        each(std::type_identity<decltype(std::declval<C&>().step_end(std::declval<const StepEnd&>()))>{});
    if constexpr (requires(C& c, const EpochEnd& e) { c.epoch_end(e); })
        each(std::type_identity<decltype(std::declval<C&>().epoch_end(std::declval<const EpochEnd&>()))>{});
    if constexpr (requires(C& c, const FitEnd& e) { c.fit_end(e); })
        each(std::type_identity<decltype(std::declval<C&>().fit_end(std::declval<const FitEnd&>()))>{});
    if constexpr (CalledWith<C, EpochEnd>)
        each(std::type_identity<std::invoke_result_t<C&, const EpochEnd&>>{});
    else if constexpr (CalledWith<C, StepEnd>)
        each(std::type_identity<std::invoke_result_t<C&, const StepEnd&>>{});
    return good;
}

template <class C>
constexpr CallbackFault callback_fault() {
    using Has = HasMembers<std::remove_cvref_t<C>>;
    using Event = CallbackFault;
    if constexpr (Has::fit_begin && !requires(C& c, const FitBegin& e) { c.fit_begin(e); })
        return Event::fit_begin;
    else if constexpr (Has::preparing && !requires(C& c, const Preparing& e) { c.preparing(e); })
        return Event::preparing;
    else if constexpr (Has::step_end && !requires(C& c, const StepEnd& e) { c.step_end(e); })
        return Event::step_end;
    else if constexpr (Has::epoch_end && !requires(C& c, const EpochEnd& e) { c.epoch_end(e); })
        return Event::epoch_end;
    else if constexpr (Has::fit_end && !requires(C& c, const FitEnd& e) { c.fit_end(e); })
        return Event::fit_end;
    else if constexpr (Callback<C>) return answers<C>() ? Event::none : Event::answer;
    else if constexpr (std::invocable<C&, EpochEnd&> || std::invocable<C&, StepEnd&>)
        return Event::changes_event;
    else return Event::no_callback;
}

template <class C>
struct CheckedCallback {
    static constexpr CallbackFault fault = callback_fault<C>();

    static_assert(fault != CallbackFault::fit_begin,
                  "alrao: fit_begin of a callback is public and called with const FitBegin&, on an "
                  "object that is not const unless fit_begin is");
    static_assert(fault != CallbackFault::preparing,
                  "alrao: preparing of a callback is public and called with const Preparing&, on an "
                  "object that is not const unless preparing is");
    static_assert(fault != CallbackFault::step_end,
                  "alrao: step_end of a callback is public and called with const StepEnd&, on an object "
                  "that is not const unless step_end is");
    static_assert(fault != CallbackFault::epoch_end,
                  "alrao: epoch_end of a callback is public and called with const EpochEnd&, on an "
                  "object that is not const unless epoch_end is");
    static_assert(fault != CallbackFault::fit_end,
                  "alrao: fit_end of a callback is public and called with const FitEnd&, on an object "
                  "that is not const unless fit_end is");
    static_assert(fault != CallbackFault::answer,
                  "alrao: a callback returns nothing, or bool: true ends the fit");
    static_assert(fault != CallbackFault::changes_event,
                  "alrao: a callback takes const EpochEnd& or const StepEnd&: events are not changed");
    static_assert(fault != CallbackFault::no_callback,
                  "alrao: a callback of fit is a function of const EpochEnd& or const StepEnd&, or an "
                  "object with fit_begin, preparing, step_end, epoch_end or fit_end");
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
        static_assert(
            !requires { requires std::remove_cvref_t<C>::attaches; },
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
