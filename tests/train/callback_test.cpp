#include <alrao/train/callback.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace train_callback_test {

using namespace alrao;

namespace {

struct Events {
    History history{};
    Posterior posterior{2};
    Evaluation evaluation{};
    Epoch record{.number = 3};
    FitBegin begin{.history = history};
    StepEnd step{.so_far = evaluation, .batch = evaluation, .posterior = posterior, .copy_rates = {}};
    EpochEnd epoch{.record = record, .posterior = posterior, .history = history};
    FitEnd end{history};
};

struct Recorder {
    std::string calls;
    void fit_begin(const FitBegin&) { calls += "b"; }
    bool step_end(const StepEnd&) {
        calls += "s";
        return false;
    }
    bool epoch_end(const EpochEnd& e) {
        calls += "e";
        return e.record.number == 3;
    }
    void fit_end(const FitEnd&) { calls += "f"; }
};

struct Attachable {
    static constexpr bool attaches = true;
    struct Run {
        int* model;
        void fit_begin(const FitBegin&) { ++*model; }
    };
    Run attach(int& model) const { return {&model}; }
};

struct Hearer {
    std::string heard;
    bool preparing(const Preparing& event) {
        heard = event.what;
        return true;
    }
    void fit_begin(const FitBegin&) {}
};

struct Nothing {};

}  // namespace

TEST_CASE("objects get the events for which they have a member, and can stop the fit") {
    Events events;
    Recorder recorder;
    int model = 0;
    auto callbacks = attach_callbacks(model, recorder);
    CHECK_FALSE(callbacks(events.begin));
    CHECK_FALSE(callbacks(events.step));
    CHECK(callbacks(events.epoch));
    CHECK_FALSE(callbacks(events.end));
    CHECK(recorder.calls == "bsef");
}

TEST_CASE("a member that cannot be called is a fault: private, overloaded or with other arguments") {
    using detail::callback_fault;
    using detail::CallbackFault;
    class Private {
        void epoch_end(const EpochEnd&) {}

    public:
        void step_end(const StepEnd&) {}
    };
    struct Overloaded {
        void step_end(StepEnd&) {}
        void step_end(int) {}
        void fit_end(const FitEnd&) {}
    };
    struct Early {
        void preparing(int) {}
        void operator()(const EpochEnd&) {}
    };
    struct Good {
        void preparing(const Preparing&) const {}
        bool epoch_end(const EpochEnd&) { return false; }
        void epoch_end(int) {}
    };
    CHECK(callback_fault<Private>() == CallbackFault::epoch_end);
    CHECK(callback_fault<Overloaded&>() == CallbackFault::step_end);
    CHECK(callback_fault<Early>() == CallbackFault::preparing);
    CHECK(callback_fault<Good>() == CallbackFault::none);
    CHECK(callback_fault<const Good>() == CallbackFault::epoch_end);
    const auto number = [](const EpochEnd&) { return 1; };
    CHECK(callback_fault<decltype(number)>() == CallbackFault::answer);
    CHECK(callback_fault<void (*)(const EpochEnd&)>() == CallbackFault::none);
    CHECK(callback_fault<int>() == CallbackFault::no_callback);
}

TEST_CASE("functions take epochs or steps; only true stops") {
    Events events;
    int epochs = 0, steps = 0, generic = 0, model = 0;
    auto on_epoch = [&](const EpochEnd& e) { epochs += static_cast<int>(e.record.number); };
    auto on_step = [&](const StepEnd&) { return ++steps == 2; };
    auto on_any = [&](const auto&) { ++generic; };
    auto callbacks = attach_callbacks(model, on_epoch, on_step, on_any);
    CHECK_FALSE(callbacks(events.step));
    CHECK(callbacks(events.step));
    CHECK_FALSE(callbacks(events.epoch));
    CHECK(epochs == 3);
    CHECK(steps == 2);
    CHECK(generic == 1);
}

TEST_CASE("all callbacks are called in order, also if the first one stops the fit") {
    Events events;
    std::string order;
    int model = 0;
    auto first = [&](const EpochEnd&) {
        order += "1";
        return true;
    };
    auto second = [&](const EpochEnd&) { order += "2"; };
    CHECK(attach_callbacks(model, first, second)(events.epoch));
    CHECK(order == "12");
}

TEST_CASE("`preparing` is called if it exists, and cannot stop the fit") {
    Hearer hearer;
    Recorder deaf;
    int model = 0;
    auto callbacks = attach_callbacks(model, hearer, deaf);
    CHECK_FALSE(callbacks(Preparing{.what = "looking"}));
    CHECK(hearer.heard == "looking");
    CHECK(deaf.calls.empty());
}

TEST_CASE("attach(net) returns a callback with access to the model") {
    Events events;
    int model = 0;
    const Attachable attachable;
    auto callbacks = attach_callbacks(model, attachable);
    callbacks(events.begin);
    CHECK(model == 1);
    static_assert(Callback<Attachable>);
    static_assert(Callback<Recorder&>);
    static_assert(!Callback<Nothing>);
    static_assert(!Callback<int>);
}

TEST_CASE("a generic lambda is called after epochs only: its body need not compile for steps") {
    Events events;
    std::size_t calls = 0;
    int model = 0;
    const auto watch = [&calls](const auto& event) {
        ++calls;
        return event.record.number == 3;
    };
    static_assert(Callback<decltype(watch)>);
    auto callbacks = attach_callbacks(model, watch);
    CHECK_FALSE(callbacks(events.begin));
    CHECK_FALSE(callbacks(events.step));
    CHECK(calls == 0);
    CHECK(callbacks(events.epoch));
    CHECK_FALSE(callbacks(events.end));
    CHECK(calls == 1);
}

TEST_CASE("the faults of a callback are found member by member") {
    using detail::callback_fault;
    using detail::CallbackFault;
    struct OtherEvent {
        void epoch_end(const StepEnd&) {}
    };
    struct OneOfTwo {
        void step_end(const StepEnd&) {}
        void fit_end(int) {}
    };
    CHECK(callback_fault<Recorder&>() == CallbackFault::none);
    CHECK(callback_fault<const Recorder&>() == CallbackFault::fit_begin);
    CHECK(callback_fault<OtherEvent&>() == CallbackFault::epoch_end);
    CHECK(callback_fault<OneOfTwo&>() == CallbackFault::fit_end);
    CHECK(callback_fault<Nothing&>() == CallbackFault::no_callback);
    CHECK(callback_fault<void (*)(EpochEnd&)>() == CallbackFault::changes_event);
    CHECK(callback_fault<void (*)(const StepEnd&)>() == CallbackFault::none);
}

}  // namespace train_callback_test
