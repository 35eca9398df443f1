#pragma once

// Runs a few threads with shared memory in every possible interleaving, on simulated processors that delay
// stores, and reports errors.
//
// A thread proceeds from place to place: an ordinary function that uses the Atomic, Mutex and Condition below
// takes it from one place to the next. Its behaviour in between depends only on the results of its
// operations, so the state of a thread is its place and the results since then. To find its next operation,
// the function is called again, given these results, and left by an exception at the first operation
// without a result.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace interleavings {

/// How stores reach memory.
/// - tso (x86): each processor has a queue, and its stores arrive in order. A locked instruction waits
///   until its queue is empty; a load does not.
/// - weak (Arm and others): stores arrive in any order, but a release store arrives after all earlier stores,
///   and stores to one address arrive in order. A sequentially consistent load waits for earlier
///   sequentially consistent stores only.
enum class Hardware { tso, weak };
/// For loads and exchanges, relaxed also stands for acquire.
enum class Order : char { relaxed, release, sequential };

constexpr Order order_of(std::memory_order order) {
    if (order == std::memory_order_seq_cst) return Order::sequential;
    return order == std::memory_order_release ? Order::release : Order::relaxed;
}

enum class Do { store, load, add, replace, lock, wait, wait_if, wake, end };
struct Operation {
    Do what = Do::end;
    char address = 0, value = 0, other = 0;
    Order order = Order::sequential;
};
/// A store that has not reached memory yet. Other threads cannot see that it has begun, so beginning a store
/// is not an operation.
struct Store {
    char address = 0, value = 0;
    Order order = Order::relaxed;
};

/// The place of a thread that has ended.
constexpr char at_its_end = -1;

/// One call of a thread's function.
struct Call {
    std::string answers;
    std::size_t answered = 0;
    char place = 0;              // the place it reached, if it was not left before
    std::vector<Store> begun{};  // stores since the last result
    Operation next{};
    bool left = false, unexpected = false;
    static inline Call* current = nullptr;
};
struct Left {};

inline char ask(Operation operation) {
    Call& call = *Call::current;
    if (call.left) return 0;  // called by a destructor during unwinding
    if (call.answered < call.answers.size()) return call.answers[call.answered++];
    call.next = operation;
    call.left = true;
    throw Left{};
}
inline void begin(Store store) {
    Call& call = *Call::current;
    if (!call.left && call.answered == call.answers.size()) call.begun.push_back(store);
}
inline void expect(bool good) { Call::current->unexpected |= !good; }

/// Addresses and initial values of the objects of an exploration.
struct Memory {
    std::string values;
    static inline Memory* current = nullptr;
    static char place(std::uint32_t value) {
        current->values.push_back(static_cast<char>(value));
        return static_cast<char>(current->values.size() - 1);
    }
};

/// An atomic whose stores use at most the order `strongest_store` and whose loads at most `strongest_load`.
template <Order strongest_store = Order::sequential, Order strongest_load = Order::sequential>
class BasicAtomic {
public:
    explicit BasicAtomic(std::uint32_t value = 0) : address_(Memory::place(value)) {}

    std::uint32_t load(std::memory_order order) const {
        return static_cast<std::uint32_t>(
            ask({Do::load, address_, 0, 0, std::min(order_of(order), strongest_load)}));
    }
    void store(std::uint32_t value, std::memory_order as) {
        const Order order = std::min(order_of(as), strongest_store);
        if (order == Order::sequential) {
            ask({Do::store, address_, static_cast<char>(value), 0, order});
        } else {
            begin({address_, static_cast<char>(value), order});
        }
    }
    /// At most one thread may add with release order.
    void fetch_add(std::uint32_t value, std::memory_order order) {
        ask({Do::add, address_, static_cast<char>(value), 0, std::min(order_of(order), strongest_store)});
    }
    void fetch_sub(std::uint32_t value, std::memory_order order) { fetch_add(0 - value, order); }
    bool compare_exchange_strong(std::uint32_t from, std::uint32_t to, std::memory_order) {
        return ask({Do::replace, address_, static_cast<char>(from), static_cast<char>(to)}) != 0;
    }
    /// Atomically: if the value is `old`, sleeps until another thread wakes all.
    void wait_if(std::uint32_t value) { ask({Do::wait_if, address_, static_cast<char>(value)}); }
    void wake_all() { ask({Do::wake, address_}); }

private:
    char address_;
};
using Atomic = BasicAtomic<>;

class Mutex {
public:
    void lock() { ask({Do::lock, address_}); }
    void unlock() { begin({address_, 0, Order::release}); }
    char address() const { return address_; }

private:
    char address_ = Memory::place(0);
};

class Condition {
public:
    template <class AnyMutex>
    void wait(std::unique_lock<AnyMutex>& lock) {
        ask({Do::wait, lock.mutex()->address(), address_});  // atomically unlocks the mutex and sleeps
        lock.mutex()->lock();
    }
    void notify_all() { ask({Do::wake, address_}); }

private:
    char address_ = Memory::place(0);
};

/// Result: number of states, of states in which no thread can proceed although one has not ended (deadlock),
/// and of failed expectations.
struct Findings {
    std::size_t states = 0, stuck = 0, unexpected = 0;
    bool right() const { return states > 0 && stuck == 0 && unexpected == 0; }
};

/// Explores all interleavings of threads that execute `scenario.run(thread, place)`, which returns the next
/// place of a thread. All threads begin at place 0. A scenario has no mutable state except the types above.
template <class Scenario>
class Explorer {
public:
    Explorer(Hardware hardware, Scenario& scenario, std::size_t threads)
        : hardware_(hardware), scenario_(scenario), threads_(threads) {}

    Findings explore(const std::string& memory) {
        State first{memory, std::vector<Thread>(threads_)};
        for (std::size_t t = 0; t < threads_; ++t) go_on(first, t);
        visit(first);
        while (!open_.empty()) {
            const State state = std::move(open_.back());
            open_.pop_back();
            bool goes_on = false, ended = true;
            for (std::size_t t = 0; t < threads_; ++t) {
                for (std::size_t i = 0; i < state.threads[t].stores.size(); ++i)
                    goes_on |= arrive(state, t, i);
                goes_on |= step(state, t);
                ended &= state.threads[t].next.what == Do::end;
            }
            if (!goes_on && !ended) ++findings_.stuck;
        }
        return findings_;
    }

private:
    static constexpr char awake = -1;
    struct Thread {
        char place = 0;
        std::string answers{};        // results since that place
        std::vector<Store> stores{};  // stores not yet in memory, the oldest first
        char sleeps_on = awake;
        Operation next{};  // determined by place and answers
    };
    struct State {
        std::string memory;
        std::vector<Thread> threads;
    };

    static char& at(State& state, char address) { return state.memory[static_cast<std::size_t>(address)]; }

    void visit(const State& state) {
        std::string text = state.memory;
        for (const Thread& thread : state.threads) {
            text += thread.place;
            text += thread.sleeps_on;
            text += static_cast<char>(thread.stores.size());
            for (const Store& s : thread.stores)
                text.append({s.address, s.value, static_cast<char>(s.order)});
            text += static_cast<char>(thread.answers.size());
            text += thread.answers;
        }
        if (!seen_.insert(std::move(text)).second) return;
        open_.push_back(state);
        ++findings_.states;
    }

    /// Runs thread t up to its next operation that is visible to others.
    void go_on(State& state, std::size_t t) {
        Thread& thread = state.threads[t];
        while (thread.place != at_its_end) {
            const Call& call = call_of(t, thread);
            thread.stores.insert(thread.stores.end(), call.begun.begin(), call.begun.end());
            thread.next = call.next;
            findings_.unexpected += call.unexpected;
            if (call.left) return;
            thread.place = call.place;
            thread.answers.clear();
        }
    }

    const Call& call_of(std::size_t t, const Thread& thread) {
        const std::string key{static_cast<char>(t), thread.place};
        const auto [found, is_new] = calls_.try_emplace(key + thread.answers, Call{thread.answers});
        Call& call = found->second;
        if (!is_new) return call;
        Call::current = &call;
        try {
            call.place = static_cast<char>(scenario_.run(t, static_cast<std::uint32_t>(thread.place)));
        } catch (const Left&) {
        }
        return call;
    }

    /// Lets store i of thread t reach memory, if the order of stores allows it.
    bool arrive(const State& before, std::size_t t, std::size_t i) {
        const std::vector<Store>& stores = before.threads[t].stores;
        for (std::size_t older = 0; older < i; ++older)
            if (hardware_ == Hardware::tso || stores[i].order != Order::relaxed ||
                stores[older].address == stores[i].address)
                return false;
        State state = before;
        at(state, stores[i].address) = stores[i].value;
        std::vector<Store>& left = state.threads[t].stores;
        left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
        visit(state);
        return true;
    }

    /// Whether an operation must wait for pending stores of its thread.
    bool waits_for_stores(const Thread& thread) const {
        const Operation& next = thread.next;
        const bool is_tso = hardware_ == Hardware::tso, is_sequential = next.order == Order::sequential;
        const auto any = [&](auto predicate) {
            return std::any_of(thread.stores.begin(), thread.stores.end(), predicate);
        };
        switch (next.what) {
        case Do::store: return is_tso && !thread.stores.empty();
        case Do::load:
            return !is_tso && is_sequential && any([](Store s) { return s.order == Order::sequential; });
        case Do::add:
            if (is_tso || is_sequential) return !thread.stores.empty();
            return any([&](Store s) { return s.address == next.address; });
        case Do::replace:
        case Do::lock:
            if (is_tso) return !thread.stores.empty();
            return any([&](Store s) { return s.address == next.address; });
        case Do::wait:
        case Do::wait_if: return !thread.stores.empty();
        default: return false;
        }
    }

    /// Executes the next operation of thread t; false if it must wait.
    bool step(const State& before, std::size_t t) {
        const Operation next = before.threads[t].next;
        if (next.what == Do::end || before.threads[t].sleeps_on != awake) return false;
        if (waits_for_stores(before.threads[t])) return false;
        if (next.what == Do::lock && before.memory[static_cast<std::size_t>(next.address)] != 0) return false;
        State state = before;
        Thread& thread = state.threads[t];
        thread.answers.push_back(execute(state, thread));
        go_on(state, t);
        visit(state);
        return true;
    }

    char execute(State& state, Thread& thread) {
        const Operation& next = thread.next;
        char& memory = at(state, next.address);
        const auto late = [&](char value) { thread.stores.push_back({next.address, value, next.order}); };
        switch (next.what) {
        case Do::store:
            if (hardware_ == Hardware::weak) {
                late(next.value);
            } else {
                memory = next.value;
            }
            return 0;
        case Do::load:
            for (auto s = thread.stores.rbegin(); s != thread.stores.rend(); ++s)
                if (s->address == next.address) return s->value;
            return memory;
        case Do::add: {
            const auto sum = static_cast<char>(memory + next.value);
            if (hardware_ == Hardware::weak && next.order == Order::release) {
                late(sum);
            } else {
                memory = sum;
            }
            return 0;
        }
        case Do::replace:
            if (memory != next.value) return 0;
            memory = next.other;
            return 1;
        case Do::lock: memory = 1; return 0;
        case Do::wait:
            memory = 0;
            thread.sleeps_on = next.value;
            return 0;
        case Do::wait_if:
            if (memory == next.value) thread.sleeps_on = next.address;
            return 0;
        case Do::wake:
            for (Thread& other : state.threads)
                if (other.sleeps_on == next.address) other.sleeps_on = awake;
            return 0;
        default: return 0;
        }
    }

    Hardware hardware_;
    Scenario& scenario_;
    std::size_t threads_;
    std::unordered_map<std::string, Call> calls_;
    std::unordered_set<std::string> seen_;
    std::vector<State> open_;
    Findings findings_;
};

template <class Scenario, class... Arguments>
Findings explore(Hardware hardware, std::size_t threads, Arguments... arguments) {
    Memory memory;
    Memory::current = &memory;
    Scenario scenario(arguments...);
    return Explorer<Scenario>(hardware, scenario, threads).explore(memory.values);
}

}  // namespace interleavings
