#pragma once

#include <alrao/train/events.hpp>

#include <concepts>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace alrao {

namespace detail {

/// Calls a callback. Returns true, to stop the fit, only if the callback returns true.
template <class Call>
bool wants_stop(Call&& call) {
    if constexpr (std::is_void_v<std::invoke_result_t<Call>>) return call(), false;
    else return call();
}

/// Whether a callback may return this type.
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
        return false;  // called after epochs only; with a StepEnd, its body might not compile
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

/// An object that `fit` calls during training: a function of `const EpochEnd&` or of `const StepEnd&` (a
/// function that accepts both is called after epochs only), or an object with some of the members `fit_begin`,
/// `preparing`, `step_end`, `epoch_end` and `fit_end`, each of which takes the event of its name. Each returns
/// nothing or bool; true ends the fit (the result of `preparing` is ignored). If a class has the constant
/// `attaches` and a member `attach(net)`, `fit` calls the object that `attach` returns in its place; such a
/// callback has access to the model. Callbacks are called between steps: if one throws, model and optimizer
/// remain valid.
template <class C>
concept Callback = detail::CalledWith<C, EpochEnd> || detail::CalledWith<C, StepEnd> ||
                   requires(C& c, const FitBegin& event) { c.fit_begin(event); } ||
                   requires(C& c, const Preparing& event) { c.preparing(event); } ||
                   requires(C& c, const StepEnd& event) { c.step_end(event); } ||
                   requires(C& c, const EpochEnd& event) { c.epoch_end(event); } ||
                   requires(C& c, const FitEnd& event) { c.fit_end(event); } ||
                   requires { requires std::remove_cvref_t<C>::attaches; };

namespace detail {

/// The first fault of a callback. Those with the name of a member: it cannot be called with its event.
enum class CallbackFault : unsigned char {
    none,
    fit_begin,
    preparing,
    step_end,
    epoch_end,
    fit_end,
    answer,         ///< a result is neither void nor bool
    changes_event,  ///< the function takes an event that is not const
    no_callback     ///< no function of an event, and no member of these names
};

/// Members with the names of a callback's functions. A class that derives from this struct and from a
/// callback has two members of a name if the callback has one, even a private, overloaded or template one;
/// `&Class::name` is then ambiguous and does not compile.
struct CallbackNames {
    int fit_begin, preparing, step_end, epoch_end, fit_end;
};
template <class C>
struct BesideCallbackNames : C, CallbackNames {};
/// Whether a class has members of these names, found by the ambiguity that CallbackNames describes.
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

/// Whether all members of a callback return nothing or bool.
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
                  "alrao: fit_begin of a callback must be public and take const FitBegin&; if the callback "
                  "object is const, fit_begin must be const, too");
    static_assert(fault != CallbackFault::preparing,
                  "alrao: preparing of a callback must be public and take const Preparing&; if the "
                  "callback object is const, preparing must be const, too");
    static_assert(fault != CallbackFault::step_end,
                  "alrao: step_end of a callback must be public and take const StepEnd&; if the callback "
                  "object is const, step_end must be const, too");
    static_assert(fault != CallbackFault::epoch_end,
                  "alrao: epoch_end of a callback must be public and take const EpochEnd&; if the callback "
                  "object is const, epoch_end must be const, too");
    static_assert(fault != CallbackFault::fit_end,
                  "alrao: fit_end of a callback must be public and take const FitEnd&; if the callback "
                  "object is const, fit_end must be const, too");
    static_assert(fault != CallbackFault::answer,
                  "alrao: a callback must return nothing or bool; true ends the fit");
    static_assert(fault != CallbackFault::changes_event,
                  "alrao: a callback must take const EpochEnd& or const StepEnd&: it cannot change events");
    static_assert(fault != CallbackFault::no_callback,
                  "alrao: a callback of fit is a function of const EpochEnd& or const StepEnd&, or an "
                  "object with fit_begin, preparing, step_end, epoch_end or fit_end");
};

}  // namespace detail

/// The callbacks of one fit, called in the order in which they were given.
template <class... Attached>
class Callbacks {
public:
    explicit Callbacks(Attached... callbacks) : callbacks_(std::forward<Attached>(callbacks)...) {}

    /// Calls all callbacks. Returns whether at least one of them stops the fit.
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

/// The callback itself, or the object that its member attach(net) returns.
template <class Net, class C>
decltype(auto) attach(Net& net, C& callback) {
    static_assert(sizeof(CheckedCallback<C>) > 0);
    if constexpr (requires { callback.attach(net); }) {
        return callback.attach(net);
    } else {
        static_assert(
            !requires { requires std::remove_cvref_t<C>::attaches; },
            "alrao: a callback with the constant `attaches` must have a member attach(net) for this model");
        return (callback);
    }
}

}  // namespace detail

/// Returns the Callbacks of one fit of a model: for a callback with a member `attach`, the object that
/// attach(net) returns; for any other, a reference to the callback, which must outlive the result.
template <class Net, class... C>
auto attach_callbacks(Net& net, C&... callbacks) {
    return Callbacks<decltype(detail::attach(net, callbacks))...>(detail::attach(net, callbacks)...);
}

}  // namespace alrao
